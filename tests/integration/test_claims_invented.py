"""The rules of claims on an invented organisation and an invented page: right and wrong claims of every family."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.makers import load, outsider

PACK: dict[str, str] = {
    "pack.toml": """\
format = 1
id = "rivers"
title = "Invented rivers"
edition = "2020-01-01"
host = "league"
membership = "league"
zone = "Europe/Lisbon"
coverage_to = "2020"
terms = "CC0-1.0"
about = "Invented for tests; no fact in it is true."

[statuses.full]
name = "Full"
answer = "in force"

[statuses.frozen]
name = "Frozen"
answer = "suspended"

[statuses.invited]
name = "Invited"
answer = "not"

[statuses.left]
name = "Left"
answer = "not"

[bodies]
assembly = "Assembly of the League"
""",
    "sources.csv": """\
id,title,publisher,url,published,language,precedence
statute,The Statute,League,,1980,en,90
yearbook,The Yearbook,League,,2019,en,80
page,A page about the League,A ministry,,2019,en,70
paper,A newspaper,Press,,2019,en,40
""",
    "parties.csv": """\
id,kind,name,iso2,iso3,valid_from,valid_to,note
league,organisation,League of Rivers,,,,,
guild,organisation,Guild of Ports,,,,,
avon,state,Avon,,,,,
boyne,state,Boyne,,,,,
clyde,state,Clyde,,,,,
douro,state,Douro,,,,,
ebro,state,Ebro,,,,,
forth,state,Forth,,,,,
garonne,state,Garonne,,,,,
""",
    "party_names.csv": """\
party,name,language,valid_from,valid_to,kind,source
douro,Republic of the Douro,en,,,official,yearbook
""",
    "regions.csv": "id,name\nnorth,Northern Valleys\nsouth,Southern Valleys\neast,Eastern Valleys\n",
    "party_regions.csv": """\
party,region,source
clyde,north,yearbook
forth,north,yearbook
douro,south,yearbook
ebro,south,yearbook
""",
    "frameworks.csv": """\
id,name,short_name,kind,established,dissolved,succeeds,description,rule,source,complete_from,complete_to,\
coverage_note
league,League of Rivers (membership),League,alliance,1980-01-01,,,Who is a member.,,statute,1980,,
delta,Delta Conference,DC,forum,1990-03-01,2000-06-01,,Where the League first met its neighbours.,,statute,1990-03-01,,
estuary,Estuary Council,EC,forum,2000-06-01,,delta,Where members and neighbours meet.,,statute,2000-06-01,,
springs,Springs Programme,SP,programme,1995-05-10,,,Practical work with each neighbour.,,statute,1995-05-10,,
lakes,Lakes Dialogue,LD,dialogue,1998-09,,,Talks with states of the lakes.,,yearbook,1998-09,,
beyond,Partners beyond the sea,BS,derived,2005,,,In none of the formal frameworks.,"not in(springs,lakes)",yearbook,,,
wishing,Aspirants of the League,Aspirants,status,,,,Who wish to join.,,yearbook,,,
guild-pact,Pact of the League and the Guild,Pact,pact,2001-04-04,,,Between organisations.,,statute,2001-04-04,,
""",
    "framework_dates.csv": """\
framework,event,date,source,locator,note
estuary,founded,2000-06-01,statute,,
estuary,founded,2001,page,,
lakes,founded,1998-09,yearbook,,
lakes,founded,1998-02,page,,
""",
    "framework_aims.csv": """\
framework,kind,text,source,locator
springs,aim,Train crews of neighbours for floods,yearbook,
springs,aim,Keep the banks of common rivers clean,page,
springs,area,Flood control and rescue,yearbook,
springs,area,Ship inspection,yearbook,
lakes,principle,Every partner chooses freely,yearbook,
league,principle,Partnerships rest on trust,page,
""",
    "participation.csv": """\
party,framework,status,scope,start_kind,valid_from,valid_to,source,end_source,locator,note
avon,league,full,all,entry,1980-01-01,,statute,,,
boyne,league,full,all,entry,1980-01-01,,statute,,,
garonne,league,full,all,entry,2010-05-01,,statute,,,
avon,estuary,full,all,entry,2000-06-01,,statute,,,
boyne,estuary,full,all,entry,2000-06-01,,statute,,,
clyde,estuary,full,all,entry,2000-06-01,,statute,,,
douro,estuary,full,all,entry,2003-02-01,,statute,,,
garonne,estuary,full,all,entry,2000-06-01,,statute,,,
clyde,delta,full,all,entry,1990-03-01,2000-06-01,statute,statute,,
douro,delta,full,all,entry,1993,2000-06-01,yearbook,statute,,
clyde,springs,full,all,entry,1995-06-01,,yearbook,,,
douro,springs,full,all,entry,1996-07-01,2018-03-01,yearbook,yearbook,,
douro,springs,frozen,all,change,2018-03-01,,yearbook,,,
garonne,springs,full,all,entry,1996-01-01,2010-05-01,yearbook,statute,,
garonne,springs,left,all,change,2010-05-01,,statute,,,
garonne,springs,full,all,attested,2018,2019,page,page,,
ebro,lakes,invited,all,change,1999-02,1999-05,page,yearbook,,
ebro,lakes,full,all,entry,1999-05-01,,yearbook,,,
forth,lakes,invited,all,change,2004-03-01,,yearbook,,,
league,guild-pact,full,all,entry,2001-04-04,,statute,,,
guild,guild-pact,full,all,entry,2001-04-04,,statute,,,
clyde,wishing,full,all,entry,2012-04,,yearbook,,,
""",
    "agreements.csv": """\
id,title,kind,date,place,parties,source
estuary-act,Act of the Estuary,treaty,2000-06-01,Porto,estuary,statute
lakes-call,Call of the Lakes,declaration,1998-02-10,Geneva,league,yearbook
ports-2001,Common list of 12 measures,arrangement,2001-04-04,Vigo,league;guild,statute
flood-pact,Pact on floods,treaty,2004-10-05,Lyon,league;clyde,yearbook
""",
    "signatures.csv": """\
agreement,office,person,organisation,date,source
ports-2001,Warden of the Guild,Ann Ash,guild,2001-04-04,yearbook
ports-2001,Chair of the League,,league,2001-04-04,yearbook
ports-2001,Steward of the Guild,,guild,2001,page
""",
    "entitlements.csv": """\
agreement,beneficiary,what,valid_from,valid_to,source
flood-pact,clyde,Use of rescue boats of the League,2004-10-05,,yearbook
""",
    "policies.csv": """\
id,title,date,place,develops,summary,source
outlook-2008,Outlook of 2008,2008-09,Turin,,Makes open rivers a common task,yearbook
""",
    "instruments.csv": """\
id,party,type,title,signed_or_agreed,valid_from,valid_to,supersedes,source,note
plan-clyde,clyde,plan,Yearly plan,2005-02-01,2005,,,yearbook,
course-clyde,clyde,course,Long course,2011,2011,,plan-clyde,yearbook,
flood-clyde,clyde,other,Pact on floods,2004-10-05,,,,yearbook,
song-douro,douro,song,A song,,,,,yearbook,
wish-clyde,clyde,other,Request to join the League,2012-04-02,2012-04-02,,,yearbook,
""",
    "programmes_menu.csv": """\
id,name,acronym,description,open_to,source
plan,Yearly plan,,"One year of work, being replaced by the course",springs,yearbook
course,Long course,,Three years of work,springs;lakes,yearbook
dance,Dance,,"A yearly feast, being replaced by the song",springs,yearbook
song,Song,,A weekly feast,springs,yearbook
""",
    "bodies_meetings.csv": """\
body,date,level,place,topic,source
estuary,2000-06-01,heads,Porto,Founding,statute
estuary,2012-03-05,ministers,Bilbao,Low water and ship traffic,yearbook
estuary,2013-11-20,ministers,Bilbao,Locks,yearbook
estuary,2014-01-15,ministers,Bilbao,Ice,yearbook
lakes,2011-01,envoys,,Nets,yearbook
lakes,2012-01,envoys,,Boats,yearbook
lakes,2013-01,envoys,,Oars,yearbook
lakes,2004,envoys,,Beginnings,yearbook
assembly,2003,all,Porto,Thanks of Forth for dredging,yearbook
""",
    "cadences.csv": """\
framework,level,times,per,valid_from,valid_to,source
estuary,ministers,2,year,2000-06-01,,statute
lakes,any,1,month,1998-09,,yearbook
""",
    "relation_notes.csv": """\
party,framework,date,text,source
clyde,estuary,2012-03,Members praised the new locks of Clyde,yearbook
""",
    "events.csv": """\
id,date,title,kind,source
great-flood,2003-07-15,Flood of the River Mole,disaster,yearbook
""",
    "event_links.csv": """\
event,relation,target_table,target_id,source
great-flood,led-to,agreements,flood-pact,yearbook
great-flood,led-to,participation,clyde/springs/full/1995-06-01/yearbook,yearbook
""",
    "offices.csv": """\
id,organisation,party,name,place,opened,closed,note,source
office-clyde,league,clyde,Office of the League,Glasgow,2006-05-04,,,yearbook
office-douro,league,douro,Office of the League,Porto,2002-01-09,,,yearbook
""",
    "objectives.csv": """\
id,text_in_own_words,source,locator
goal-1,Keep the rivers clean for all,page,
goal-2,Help neighbours against floods,page,
""",
    "areas.csv": """\
id,name,scheme,source
g1,Harbour safety,guild-pact-2001,statute
g2,Pilots and their training,guild-pact-2001,statute
g3,Customs,guild-pact-2001,statute
own1,Quiet waterways,guild-pact-page-2019,page
gen1,Exchange of experts,fields,yearbook
""",
    "operations.csv": """\
id,name,led_by,start,end,source
dam,Operation Broken Dam,league,2003-07,2004-12,yearbook
ice,Operation Clear Ice,league,2014-01,2014-03,yearbook
""",
    "contributions.csv": """\
party,operation,from,to,personnel,source,note
clyde,dam,2003-08,2004-02,40,yearbook,Boats on the Mole
clyde,ice,2014-01,2014-02,,yearbook,
douro,dam,2003-09,2003-12,15,yearbook,
""",
}

# kind, subject, predicate, object, date or period, what an honest reader of the pack would say
CLAIMS = [
    ("partner-list", "clyde", "is-partner-country", "Clyde", "2018", "agree"),
    ("partner-list", "ebro", "is-partner-country", "Ebro", "2018", "agree"),
    ("partner-list", "douro", "is-partner-country", "Republic of the Douro", "2018", "partly"),
    ("partner-list", "garonne", "is-partner-country", "Garonne", "2018", "disagree"),
    ("partner-list", "forth", "is-partner-country", "Forth", "2018", "disagree"),
    ("partner-list", "nile", "is-partner-country", "Nile", "2018", "cannot tell"),
    ("partner-list", "clyde", "is-springs-partner", "Clyde", "2018", "cannot tell"),
    ("partner-list", "garonne", "is-partner-country", "Garonne", "2010", "partly"),
    ("partner-list", "forth", "is-partner-country", "Forth", "1985", "disagree"),
    ("partner-list", "league", "list-omits", "states of LD", "2018", "agree"),
    ("partner-list", "league", "list-omits", "the neighbours", "2018", "cannot tell"),
    ("membership", "avon", "member-since", "league", "1980", "agree"),
    ("membership", "garonne", "member-since", "league", "2010-05", "agree"),
    ("membership", "garonne", "member-since", "league", "2005", "disagree"),
    ("membership", "avon", "member-since", "league", "1995", "partly"),
    ("participation", "clyde", "partner-since", "any framework", "1990", "agree"),
    ("participation", "clyde", "partner-since", "estuary", "1992", "disagree"),
    ("participation", "ebro", "has-status", "active", "2015", "agree"),
    ("participation", "douro", "has-status", "suspended", "2019", "agree"),
    ("participation", "ebro", "has-status", "suspended", "2015", "disagree"),
    ("participation", "douro", "has-status", "on hold", "2017", "partly"),
    ("participation", "clyde", "has-status", "future member", "2013", "agree"),
    ("participation", "clyde", "has-status", "candidate", "2013", "partly"),
    ("participation", "ebro", "has-status", "in high spirits", "2013", "cannot tell"),
    ("participation", "clyde", "ranks", "first", "2013", "cannot tell"),
    ("participation", "nile", "partner-since", "lakes", "2013", "cannot tell"),
    ("participation", "clyde", "partner-since", "moonlight", "2013", "cannot tell"),
    ("participation", "forth", "partner-since", "lakes", "2013", "cannot tell"),
    ("participation", "guild", "has-status", "future member", "2013", "cannot tell"),
    ("participation", "wishing", "has-status", "suspended", "1985", "disagree"),
    ("participation", "beyond", "has-status", "suspended", "2013", "cannot tell"),
    ("invitation", "ebro", "invited-to", "moonlight", "1999-02", "cannot tell"),
    ("invitation", "ebro", "invited-to", "lakes", "1999-02", "agree"),
    ("invitation", "forth", "invited-to", "lakes", "2004", "agree"),
    ("invitation", "forth", "invited-to", "lakes", "2009", "disagree"),
    ("invitation", "ebro", "invited-to", "lakes", "2003", "disagree"),
    ("invitation", "clyde", "invited-to", "lakes", "2003", "cannot tell"),
    ("joining", "ebro", "joined", "lakes", "1999", "agree"),
    ("joining", "clyde", "joined", "Springs Programme", "", "agree"),
    ("joining", "clyde", "joined", "springs", "1999", "disagree"),
    ("joining", "forth", "joined", "lakes", "", "disagree"),
    ("joining", "clyde", "joined", "Delta Estuary Conference", "1990", "disagree"),
    ("joining", "clyde", "joined", "Union of Bakers", "1990", "cannot tell"),
    ("joining", "nile", "joined", "lakes", "1999", "cannot tell"),
    ("joining", "ebro", "joined", "Lakes Dialogues Forum", "1990", "disagree"),
    ("founding", "moonlight", "established", "2000", "2000", "cannot tell"),
    ("founding", "estuary", "established", "long ago", "", "cannot tell"),
    ("founding", "estuary", "established-by", "a dream", "2000", "cannot tell"),
    ("founding", "clyde", "founding-member-of", "moonlight", "1990", "cannot tell"),
    ("founding", "ebro", "founding-member-of", "delta", "1990", "cannot tell"),
    ("founding", "moonlight", "establishes", "delta", "1990", "cannot tell"),
    ("founding", "estuary", "established", "2000", "2000", "agree"),
    ("founding", "estuary", "established", "2001", "2001", "disagree"),
    ("founding", "estuary", "established-at", "Porto Summit", "2000", "agree"),
    ("founding", "estuary", "established-at", "Bilbao meeting", "2012", "disagree"),
    ("founding", "lakes", "established-by", "Call of the Lakes", "1998-02", "partly"),
    ("founding", "clyde", "founding-member-of", "delta", "1990", "agree"),
    ("founding", "douro", "founding-member-of", "delta", "1990", "disagree"),
    ("founding", "ports-2001", "establishes", "guild-pact", "2001", "agree"),
    ("founding", "flood-pact", "establishes", "springs", "1995", "disagree"),
    ("founding", "wishing", "established", "1999", "1999", "cannot tell"),
    ("succession", "estuary", "succeeds", "delta", "2000", "agree"),
    ("succession", "delta", "succeeded-by", "Estuary Council", "", "agree"),
    ("succession", "estuary", "succeeds", "springs", "", "disagree"),
    ("succession", "estuary", "succeeds", "delta", "2004", "partly"),
    ("succession", "springs", "succeeds", "lakes", "", "cannot tell"),
    ("succession", "course", "succeeds", "plan", "", "agree"),
    ("succession", "song", "succeeds", "dance", "", "agree"),
    ("succession", "dance", "succeeds", "song", "", "cannot tell"),
    ("succession", "plan", "succeeds", "course", "", "disagree"),
    ("count", "estuary", "number-of", "5 members", "2018", "agree"),
    ("count", "estuary", "number-of", "6 members", "2018", "disagree"),
    ("count", "estuary", "number-of", "2 partner-countries", "2018", "agree"),
    ("count", "estuary", "number-of", "3 allies", "2018", "agree"),
    ("count", "lakes", "number-of", "2 invited-countries", "2004", "agree"),
    ("count", "lakes", "number-of", "3 invited-countries", "2004", "disagree"),
    ("count", "league", "number-of", "5 listed-partner-countries", "2018", "disagree"),
    ("count", "league", "number-of", ">3 partner-countries", "", "partly"),
    ("count", "league", "number-of", ">4 partner-countries", "", "disagree"),
    ("count", "league", "number-of", "2 members", "", "partly"),
    ("count", "guild-pact", "number-of", ">10 measures", "2018", "agree"),
    ("count", "guild-pact", "number-of", "20 measures", "2018", "disagree"),
    ("count", "ports-2001", "number-of", "3 areas", "2001", "agree"),
    ("count", "league", "number-of", "2 objectives", "", "agree"),
    ("count", "league", "number-of", "3 objectives", "", "disagree"),
    ("count", "league", "number-of", "2 formal-frameworks", "", "agree"),
    ("count", "league", "number-of", "9 formal-frameworks", "", "disagree"),
    ("count", "league", "number-of", "many friends", "", "cannot tell"),
    ("count", "league", "number-of", "3 listed-partner-countries", "2018", "agree"),
    ("count", "league", "number-of", "3 partner-countries", "", "agree"),
    ("count", "guild-pact", "number-of", "9 areas", "2018", "disagree"),
    ("count", "springs", "number-of", "9 areas", "2018", "cannot tell"),
    ("count", "springs", "number-of", "9 measures", "2018", "cannot tell"),
    ("count", "springs", "number-of", "9 songs", "2018", "cannot tell"),
    ("count", "moonlight", "number-of", "9 members", "2018", "cannot tell"),
    ("count", "lakes", "number-of", "9 areas", "2018", "cannot tell"),
    ("cadence", "estuary", "meets", "ministers twice a year", "2015", "agree"),
    ("cadence", "estuary", "meets", "monthly", "2015", "disagree"),
    ("cadence", "lakes", "meets", "every month", "2015", "agree"),
    ("cadence", "estuary", "meets", "irregular meetings of ministers", "2014", "agree"),
    ("cadence", "estuary", "meets", "irregular meetings of ministers", "2016", "partly"),
    ("cadence", "estuary", "meets", "6 times a year", "2015", "disagree"),
    ("cadence", "estuary", "meets", "two times a year", "2015", "agree"),
    ("cadence", "estuary", "meets", "often", "2015", "cannot tell"),
    ("cadence", "lakes", "meets", "irregular meetings", "2015", "disagree"),
    ("cadence", "springs", "meets", "irregular meetings", "2015", "cannot tell"),
    ("cadence", "estuary", "reports-to", "everybody", "2015", "cannot tell"),
    ("instrument", "flood-pact", "is-kind", "Pact on floods", "2004", "agree"),
    ("instrument", "flood-pact", "is-kind", "Pact on floods", "2009", "partly"),
    ("instrument", "flood-pact", "approved-by", "everybody", "2009", "cannot tell"),
    ("instrument", "moonlight", "is-kind", "Pact on floods", "2009", "cannot tell"),
    ("instrument", "moonlight", "provides", "light", "2009", "cannot tell"),
    ("instrument", "moonlight", "main-instrument-with", "lakes", "2009", "cannot tell"),
    ("instrument", "nile", "has-instrument", "plan, began in 2005", "2005", "cannot tell"),
    ("instrument", "douro", "has-instrument", "plan, began in 2005", "2005", "cannot tell"),
    ("instrument", "douro", "has-instrument", "carnival: not granted", "2005", "cannot tell"),
    ("instrument", "douro", "has-instrument", "song, began in 2005", "2005", "cannot tell"),
    ("instrument", "open-rivers", "set-in", "a dream", "2008", "cannot tell"),
    ("instrument", "flood-pact", "is-kind", "Charter of Ports", "2004", "disagree"),
    ("instrument", "flood-pact", "provides", "use of League boats for rescue", "2004", "agree"),
    ("instrument", "flood-pact", "provides", "free bread", "2004", "cannot tell"),
    ("instrument", "flood-pact", "provides", "use of League boats for rescue", "2010", "disagree"),
    ("instrument", "clyde", "has-instrument", "plan, began in 2005", "2005", "agree"),
    ("instrument", "clyde", "has-instrument", "plan, began in 2009", "2009", "disagree"),
    ("instrument", "douro", "has-instrument", "plan: not granted", "2009", "agree"),
    ("instrument", "clyde", "has-instrument", "plan: not granted", "2009", "disagree"),
    ("instrument", "plan", "main-instrument-with", "springs", "2012", "partly"),
    ("instrument", "course", "main-instrument-with", "lakes", "2012", "agree"),
    ("instrument", "plan", "main-instrument-with", "lakes", "2012", "disagree"),
    ("instrument", "open-rivers", "set-in", "Outlook of 2008", "2008", "agree"),
    ("instrument", "closed-rivers", "set-in", "Outlook of 2008", "2008", "cannot tell"),
    ("meeting", "estuary", "held-at", "town hall of Bilbao", "2012-03", "agree"),
    ("meeting", "estuary", "held-at", "Porto", "2012-03", "disagree"),
    ("meeting", "ports-2001", "held-at", "Vigo", "2001", "agree"),
    ("meeting", "ports-2001", "held-at", "Vigo", "2005", "disagree"),
    ("meeting", "springs", "held-at", "Vigo", "2005", "cannot tell"),
    ("meeting", "lakes", "held-at", "Vigo", "2004", "cannot tell"),
    ("meeting", "estuary", "stated", "low water and ship traffic", "2012-03", "agree"),
    ("meeting", "forth", "stated", "thanks of Forth for dredging", "2003", "agree"),
    ("meeting", "league", "stated", "praise for the new locks of Clyde", "2012-03", "agree"),
    ("meeting", "league", "stated", "anger about taxes", "2012-03", "cannot tell"),
    ("contribution", "clyde", "took-part-in", "all League operations", "to 2015", "agree"),
    ("contribution", "douro", "took-part-in", "all League operations", "to 2015", "partly"),
    ("contribution", "clyde", "took-part-in", "operation on the Mole", "", "agree"),
    ("contribution", "springs", "took-part-in", "operations of the League", "2014", "agree"),
    ("contribution", "clyde", "took-part-in", "Operation Moonlight", "", "cannot tell"),
    ("contribution", "forth", "took-part-in", "Operation Clear Ice", "", "cannot tell"),
    ("objective", "goal-9", "is-objective", "clean rivers for all", "", "agree"),
    ("objective", "goal-9", "is-objective", "cheap bread", "", "cannot tell"),
    ("objective", "goal-1", "is-objective", "clean rivers", "", "agree"),
    ("objective", "goal-2", "is-objective", "help for neighbours in floods", "", "agree"),
    ("objective", "goal-1", "is-objective", "help for neighbours in floods", "", "disagree"),
    ("objective", "goal-2", "is-objective", "cheap bread", "", "cannot tell"),
    ("area", "guild-pact", "has-area", "customs", "2018", "agree"),
    ("area", "guild-pact", "has-area", "customs and harbour safety", "2018", "partly"),
    ("area", "guild-pact", "has-area", "customs and bread", "2018", "partly"),
    ("area", "guild-pact", "has-area", "quiet waterways", "2019", "agree"),
    ("area", "guild-pact", "has-area", "bread", "2018", "cannot tell"),
    ("area", "springs", "has-area", "flood control", "2018", "agree"),
    ("area", "lakes", "has-area", "bread", "2018", "cannot tell"),
    ("area", "partners", "has-area", "exchange of experts", "", "agree"),
    ("area", "league", "has-region", "Moon", "after 1991", "cannot tell"),
    ("area", "league", "has-region", "Southern Valleys", "", "agree"),
    ("area", "league", "has-region", "Northern Valleys", "after 1991", "agree"),
    ("area", "league", "has-region", "Eastern Valleys", "after 1991", "cannot tell"),
    ("aim", "springs", "has-aim", "training of crews for floods", "", "agree"),
    ("aim", "springs", "has-aim", "clean banks of rivers", "", "agree"),
    ("aim", "springs", "has-aim", "conquest of the moon", "", "cannot tell"),
    ("aim", "partnerships", "has-principle", "trust", "", "agree"),
    ("aim", "springs", "addressed-to", "states of the Northern Valleys", "1998", "partly"),
    ("aim", "springs", "addressed-to", "states of the Eastern Valleys", "1998", "disagree"),
    ("aim", "springs", "addressed-to", "all people of good will", "1998", "cannot tell"),
    ("aim", "delta", "addressed-to", "states of the Northern Valleys", "1991", "agree"),
    ("aim", "guild-pact", "addressed-to", "states of the Northern Valleys", "2005", "cannot tell"),
    ("signature", "moonlight", "signed-by", "Warden of the Guild", "2001", "cannot tell"),
    ("signature", "flood-pact", "signed-by", "Warden of the Guild", "2001", "cannot tell"),
    ("signature", "ports-2001", "signed-by", "Mayor of the Moon", "2001", "disagree"),
    ("signature", "ports-2001", "signed-with", "a pen", "2001", "cannot tell"),
    ("signature", "ports-2001", "signed-on", "a fine day", "", "cannot tell"),
    ("signature", "plan-clyde", "signed-at", "Vigo", "2005", "cannot tell"),
    ("signature", "flood-clyde", "signed-at", "Lyon", "2004", "agree"),
    ("signature", "ports-2001", "signed-by", "Warden of the Guild", "2001", "agree"),
    ("signature", "ports-2001", "signed-by", "Ann Ash", "2001", "agree"),
    ("signature", "ports-2001", "signed-by", "Steward of the Guild", "2001", "disagree"),
    ("signature", "ports-2001", "signed-by", "Warden of the Guild", "2004", "partly"),
    ("signature", "ports-2001", "signed-on", "2001-04", "2001-04", "agree"),
    ("signature", "ports-2001", "signed-on", "2002", "2002", "disagree"),
    ("signature", "ports-2001", "signed-at", "town of Vigo", "2001", "agree"),
    ("signature", "ports-2001", "signed-at", "Porto", "2001", "disagree"),
    ("signature", "ports-2001", "signed-at", "Vigo", "2009", "partly"),
    ("event", "office-clyde", "happened", "opened", "2006-05", "agree"),
    ("event", "office-clyde", "happened", "opened", "2009", "disagree"),
    ("event", "flood-pact", "caused-by", "flood of July 2003 on the River Mole", "", "agree"),
    ("event", "flood-pact", "caused-by", "flood of May 2001 on the River Mole", "", "partly"),
    ("event", "flood-pact", "caused-by", "a comet", "", "cannot tell"),
    ("event", "clyde", "announced", "request to join the League", "2012", "agree"),
    ("event", "clyde", "announced", "request to join the League", "2009", "disagree"),
    ("event", "clyde", "happened", "high water of the Mole, spring 2003", "2003", "disagree"),
    ("event", "office-clyde", "happened", "painted", "2009", "cannot tell"),
    ("event", "clyde", "announced", "a feast", "2009", "cannot tell"),
    ("event", "clyde", "happened", "flood of the Mole", "2003", "agree"),
    ("event", "clyde", "happened", "a feast", "2003", "cannot tell"),
    ("other", "moonlight", "name-variant", "Moon", "", "cannot tell"),
    ("other", "douro", "name-variant", "Republic of the Douro", "", "agree"),
    ("other", "moonlight", "is-kind", "forum", "", "cannot tell"),
    ("other", "moonlight", "mentioned", "no", "", "cannot tell"),
    ("other", "delta", "mentioned", "no", "2005", "agree"),
    ("other", "delta", "mentioned", "yes", "2005", "disagree"),
    ("other", "springs", "is-kind", "ballroom", "", "cannot tell"),
    ("other", "lakes", "is-kind", "formal framework", "", "agree"),
    ("other", "beyond", "defined-as", "partners in none of the formal frameworks", "", "agree"),
    ("other", "beyond", "defined-as", "the rest", "", "cannot tell"),
    ("other", "moonlight", "first-of-its-kind", "yes", "", "cannot tell"),
    ("other", "office-douro", "first-of-its-kind", "yes", "2009", "disagree"),
    ("other", "springs", "cooperates-with", "crews of neighbours", "", "agree"),
    ("other", "springs", "cooperates-with", "the moon", "", "cannot tell"),
    ("other", "league", "cooperates-with", "states and organisations", "2018", "agree"),
    ("other", "league", "cooperates-with", "states and organisations", "1985", "disagree"),
    ("other", "league", "cooperates-with", "the moon", "2018", "cannot tell"),
    ("other", "estuary", "name-variant", "Council", "", "agree"),
    ("other", "estuary", "name-variant", "Parliament", "", "disagree"),
    ("other", "estuary", "is-kind", "forum", "", "agree"),
    ("other", "estuary", "is-kind", "programme", "", "disagree"),
    ("other", "office-douro", "first-of-its-kind", "yes", "2002", "agree"),
    ("other", "office-clyde", "first-of-its-kind", "yes", "2006", "disagree"),
    ("other", "delta", "mentioned", "no", "1990/2005", "partly"),
    ("other", "league", "assessed-as", "a blessing", "", "cannot tell"),
]
FAMILIES = sorted({claim[0] for claim in CLAIMS} - {"other"})


def rivers(folder: Path) -> Path:
    """Writes the invented pack with its claims, all labelled as unknown."""
    folder.mkdir()
    for name, text in PACK.items():
        (folder / name).write_text(text, encoding="utf-8", newline="")
    head = "source,locator,kind,subject,predicate,object,date_or_period,agrees_with_register,explanation"
    lines = [
        f'page,line {number},{kind},{subject},{predicate},"{said}",{when},unknown,'
        for number, (kind, subject, predicate, said, when, _) in enumerate(CLAIMS)
    ]
    (folder / "seed_claims.csv").write_text("\n".join((head, *lines, "")), encoding="utf-8", newline="")
    return folder


@pytest.fixture
def judged(db, tmp_path):
    """Locator to what the register makes of the claim."""
    from cordiale.apps.register.reads.claims import claims

    load(rivers(tmp_path / "rivers"))

    return {one.locator: one for one in claims(outsider, source="page")}


def test_every_invented_claim_gets_the_verdict_an_honest_reader_would_give(judged):
    verdicts = [(*claim[:5], judged[f"line {number}"].verdict.value) for number, claim in enumerate(CLAIMS)]

    assert [(one, judged[f"line {n}"].reason) for n, one in enumerate(verdicts) if one != CLAIMS[n]] == []


def test_every_family_has_at_least_three_invented_claims_and_one_that_is_not_right():
    from cordiale.domain.claims.judging import RULES

    assert {*FAMILIES, "other"} == RULES.keys()
    for family in FAMILIES:
        verdicts = [claim[5] for claim in CLAIMS if claim[0] == family]
        assert len(verdicts) >= 3, family
        assert set(verdicts) - {"agree"}, family


def test_every_verdict_but_cannot_tell_names_the_rows_it_rests_on(judged):
    without = [one for one in judged.values() if one.verdict.value != "cannot tell" and not one.facts]

    assert without == []


def test_what_rests_on_the_page_alone_says_so(judged):
    alone = [
        one for one in judged.values() if one.verdict.value == "agree" and {f.source for f in one.facts} == {"page"}
    ]

    assert alone
    assert [one for one in alone if "by this source alone" not in one.reason] == []
