"""The words from which the demo's people and companies are mixed by lot.

None is meant to be anybody: first names, last names and company names of a country are drawn apart. Telephone numbers
come from the ranges that a country's authority keeps free for films and examples; where it keeps none, there is no
number.
"""

from __future__ import annotations

from typing import NamedTuple


class Country(NamedTuple):
    """`share` is the weight in a draw; `#` in a phone number stands for any digit."""

    share: int
    language: str
    form: str
    first_names: str
    last_names: str
    stems: str
    trades: str
    cities: tuple[tuple[str, str], ...]
    streets: tuple[str, ...]
    phones: tuple[str, ...] = ()


COUNTRIES = {
    "SE": Country(
        share=45,
        language="sv",
        form="AB",
        first_names="Anna Björn Camilla Daniel Elin Fredrik Gunilla Håkan Ida Jörgen Karin Lars Malin Niklas Åsa Per "
        "Rebecka Stefan Tove Ulf Viktoria Örjan Märta Göran Linnéa Oskar",
        last_names="Lindqvist Ahlgren Berggren Dahlström Ekdal Forsmark Granlund Hägg Isaksson Källström "
        "Ljungman Månsdotter Nordenfalk Öberg Palmgren Rosenvall Sjöholm Tegnell Wallander Åkerlind Ödman Hedvall",
        stems="Granvik Tallåsen Björkmo Sjöhaga Lindänge Kvarnholm Norrhult Ekedalen Åbrink Östmarka "
        "Silverå Fjällnäs Rönnby",
        trades="Logistik Energi Teknik Bygg Livs Verkstad Konsult Data Papper Hamn",
        cities=(
            ("Stockholm", "111 98"),
            ("Göteborg", "411 98"),
            ("Malmö", "211 98"),
            ("Umeå", "903 98"),
            ("Örebro", "702 98"),
            ("Västerås", "722 98"),
        ),
        streets=("Kompassgränd", "Blåklintsstigen", "Smedjebacken", "Hamnslingan", "Tallkottsvägen"),
        phones=("+46 8 465 004 ##", "+46 31 390 06 ##", "+46 40 628 04 ##", "+46 980 319 2##"),
    ),
    "NO": Country(
        share=10,
        language="en",
        form="AS",
        first_names="Sigrid Bjørn Ingrid Håvard Kjersti Øyvind Marit Torbjørn Solveig Eirik Ragnhild Sverre Åse Magnus",
        last_names="Haugland Bjørnstad Myhre Fjeldheim Tveit Nordbø Solbakken Øvrebø Hovland Lindvåg Kvale Sørli",
        stems="Fjordheim Brattvåg Nordlys Skarvøy Tindhaug Havglimt Breidal Stjernevik",
        trades="Kraft Shipping Teknikk Havbruk Regnskap",
        cities=(("Oslo", "0198"), ("Bergen", "5098"), ("Trondheim", "7098"), ("Tromsø", "9098")),
        streets=("Fyrlyktveien", "Nordlysgata", "Bryggestien"),
    ),
    "DK": Country(
        share=9,
        language="en",
        form="ApS",
        first_names="Mette Søren Kirsten Jesper Lærke Rasmus Bodil Mikkel Signe Thorkild Asger Gitte Frederik Dorthe",
        last_names="Kjærgaard Mølgaard Østerby Lindegaard Bækhøj Vestergård Højlund Skovbo Rønne Thygesen "
        "Dalsgaard Krogh",
        stems="Klitmark Lyngholt Sundeby Havnbjerg Egedal Møllebæk Fyrholm Skovtorp",
        trades="Design Transport Fødevarer Teknik Revision",
        cities=(("København", "1098"), ("Aarhus", "8098"), ("Odense", "5098")),
        streets=("Fyrtårnsvej", "Hyldebærstien", "Teglgårdsgade"),
    ),
    "FI": Country(
        share=9,
        language="en",
        form="Oy",
        first_names="Aino Eero Päivi Jukka Kaisa Väinö Outi Pekka Tuulikki Ville Sanna Mikko Riitta Antero",
        last_names="Mäkelä Hämäläinen Koskela Lehtovaara Niemistö Saarela Törmänen Väisälä Rantala Kivimäki Sydänmaa "
        "Honkavuori",
        stems="Pohjola Koivula Järvenranta Revontuli Hirvilahti Kuusamäki Majakka Lumikoski",
        trades="Metsä Ohjelmistot Kone Paperi Sähkö",
        cities=(("Helsinki", "00198"), ("Tampere", "33098"), ("Oulu", "90098")),
        streets=("Revontulentie", "Tuulimyllynkatu", "Majakkakuja"),
    ),
    "DE": Country(
        share=9,
        language="en",
        form="GmbH",
        first_names="Jürgen Annette Björn Käthe Matthias Sabine Günter Heike Rüdiger Ulrike Thorsten Bärbel Lukas "
        "Friederike",
        last_names="Müllerstedt Krüger Schönfeld Brandthal Köhlermann Weißbach Hübner Vossberg Jägerhof Lindner "
        "Grünwald Steinbrück",
        stems="Nordstern Elbtal Grünacker Hansekontor Silberbach Waldkirchner Ostkap Lindental",
        trades="Maschinenbau Logistik Software Feinmechanik Druck",
        cities=(("Berlin", "10998"), ("Hamburg", "20998"), ("München", "80998")),
        streets=("Laternenweg", "Kompassstraße", "Mühlensteig"),
        phones=("+49 30 23125 ###", "+49 40 66969 ###", "+49 89 99998 ###"),
    ),
    "GB": Country(
        share=7,
        language="en",
        form="Ltd",
        first_names="Alice Benjamin Charlotte Duncan Eleanor Fergus Gillian Hugh Imogen Jasper Moira Nigel Priya Rhys "
        "Zoë",
        last_names="Ashdown Birchall Cattermole Dunmore Fairhurst Greenhalgh Hollis Inchbald Llewellyn Marlowe Penrose "
        "Thackeray",
        stems="Harrowgate Thistlemoor Bramblewick Northquay Oakenshaw Larkfell Saltmarsh",
        trades="Freight Instruments Foods Systems Timber",
        cities=(("London", "EC1A 9ZZ"), ("Leeds", "LS1 9ZZ"), ("Edinburgh", "EH1 9ZZ")),
        streets=("Lanternmakers Row", "Old Compass Lane", "Weathercock Street"),
        phones=("+44 20 7946 0###", "+44 1632 960###"),
    ),
    "NL": Country(
        share=5,
        language="en",
        form="B.V.",
        first_names="Anneke Bram Daniël Femke Joost Liesbeth Maarten Noortje Pieter Renée Sjoerd Wietske",
        last_names="Aalderink Boomgaard Cuypers Driessen Hoogland Kranenburg Meerdink Terpstra Veenhuis Zijlstra",
        stems="Poldermeer Windhoek Duinzicht Sluisvaart Molenrak Zilverstrand",
        trades="Techniek Bloemen Scheepvaart Advies",
        cities=(("Amsterdam", "1098 ZZ"), ("Utrecht", "3598 ZZ"), ("Rotterdam", "3098 ZZ")),
        streets=("Vuurtorenpad", "Windroosstraat", "Zeilmakersdijk"),
    ),
    "FR": Country(
        share=4,
        language="en",
        form="SARL",
        first_names="Amélie Benoît Chloé Étienne Françoise Gaël Hélène Jérôme Loïc Noémie Rémi Thérèse",
        last_names="Beaulieu Chevrier Delacour Fontvieille Gaudry Lefèvre Montreuil Pélissier Rousselle Tréville",
        stems="Clairmont Beauséjour Rivenoire Hautbois Valdoré",
        trades="Transports Optique Conseil Vins",
        cities=(("Paris", "75098"), ("Lyon", "69098"), ("Nantes", "44098")),
        streets=("rue de la Boussole", "allée des Phares", "quai du Moulin-Bleu"),
        phones=("+33 1 99 00 ## ##", "+33 4 65 71 ## ##"),
    ),
    "US": Country(
        share=2,
        language="en",
        form="Inc.",
        first_names="Abigail Caleb Dorothy Emmett Grace Hudson Lorraine Mitchell Naomi Travis",
        last_names="Applegate Brockway Callahan Easterly Hathaway Kingsbury Lockwood Whitcomb",
        stems="Cedarfork Bluehollow Ridgeview Stonefen",
        trades="Analytics Freight Robotics Supply",
        cities=(("Boston", "02198"), ("Austin", "78798")),
        streets=("Lighthouse Court", "Compass Rose Avenue"),
        phones=("+1 617 555 01##", "+1 512 555 01##"),
    ),
}

JOB_TITLES = (
    *("IT Manager", "Head of Operations", "Systems Engineer", "Purchasing Manager", "CFO", "CTO", "Office Manager"),
    *("Security Officer", "Project Manager", "Data Engineer", "Support Lead", "Managing Director", "Controller"),
)
SWEDISH_JOB_TITLES = (
    *("It-chef", "Driftchef", "Systemutvecklare", "Inköpschef", "Ekonomichef", "Projektledare", "Säkerhetschef"),
    *("Kontorschef", "Verksamhetsutvecklare", "Vd", "Kundansvarig", "Redovisningsekonom"),
)
# How each kind of record comes in: (source_kind, source); one that stands twice is drawn twice as often.
_FORM = ("person", "Registered on the website")
_COLLEAGUE = ("organisation", "Named by a colleague as the contact person")
_AGREEMENT = ("organisation", "Named in the agreement")
_RESELLER = ("third_party", "Reseller")
_ORGANISER = ("third_party", "Co-organiser's list of participants")
WITHOUT_NOTICE = "Business card"
SOURCES = {
    "customer": (_FORM, _FORM, _COLLEAGUE, _AGREEMENT, _RESELLER),
    "partner": (_FORM, _COLLEAGUE, _AGREEMENT),
    "whitepaper": (*[("person", "Whitepaper form")] * 7, _RESELLER),
    "webinar": (*[("person", "Webinar sign-up form")] * 8, _ORGANISER),
    "event": (*[("person", "Event sign-up form")] * 8, _ORGANISER),
    "prospect": (
        ("public", "The organisation's website"),
        ("public", "Trade register"),
        ("third_party", "Trade fair organiser"),
        ("organisation", "Switchboard"),
        ("person", WITHOUT_NOTICE),
    ),
}
# The short names of the whitepapers, by which downloads are counted.
TOPICS = ("patching-without-fear", "a-calm-guide-to-backups", "logs-that-people-read", "vad-ett-driftstopp-kostar")
FOODS = ("vegetarian", "vegan", "gluten-free", "lactose-free", "halal", "kosher", "nut allergy", "no shellfish")
