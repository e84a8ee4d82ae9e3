"""Countries that imports brought by name become their codes: a name has no rule, and its people counted as without one.

What nobody recognises stays as it is. NAMED has each code with its three letters, its names in English and Swedish
and what else it is called, without dots and in small letters.
"""

import unicodedata
from typing import Any

from django.db import migrations

NAMED = """
AD and|andorra; AE are|united arab emirates|förenade arabemiraten|uae|emirates; AF afg|afghanistan; AG atg|antigua and
barbuda|antigua och barbuda; AI aia|anguilla; AL alb|albania; AM arm|armenia|armenien; AO ago|angola; AQ
ata|antarctica|antarktis; AR arg|argentina; AS asm|american samoa; AT aut|austria|österrike; AU aus|australia; AW
abw|aruba; AX ala|åland islands|åland; AZ aze|azerbaijan|azerbajdzjan; BA bih|bosnia and herzegovina|bosnien och
hercegovina|bosnia; BB brb|barbados; BD bgd|bangladesh; BE bel|belgium|belgien; BF bfa|burkina faso; BG
bgr|bulgaria|bulgarien; BH bhr|bahrain; BI bdi|burundi; BJ ben|benin; BL blm|saint barthélemy|saint-barthélemy; BM
bmu|bermuda; BN brn|brunei; BO bol|bolivia; BQ bes|bonaire, sint eustatius and saba|bonaire, sint eustatius och saba;
BR bra|brazil; BS bhs|bahamas (the)|bahamas; BT btn|bhutan; BV bvt|bouvet island; BW bwa|botswana; BY blr|belarus; BZ
blz|belize; CA can|canada; CC cck|cocos (keeling) islands; CD cod|democratic republic of the congo|kongo (demokratiska
republiken)|dr congo|drc; CF caf|central african republic|centralafrikanska republiken; CG cog|congo|kongo; CH
che|switzerland|schweiz; CI civ|côte d'ivoire|elfenbenskusten|ivory coast; CK cok|cook islands|cooköarna; CL
chl|chile; CM cmr|cameroon|kamerun; CN chn|china|kina; CO col|colombia; CR cri|costa rica; CU cub|cuba; CV cpv|cabo
verde|cape verde|kap verde; CW cuw|curaçao; CX cxr|christmas island|julön; CY cyp|cyprus|cypern|κυπροσ|kıbrıs; CZ
cze|czechia|tjeckien|czech republic|česká republika|tjeckiska republiken; DE deu|germany|tyskland; DJ dji|djibouti; DK
dnk|denmark|danmark; DM dma|dominica; DO dom|dominican republic|dominikanska republiken; DZ dza|algeria|algeriet; EC
ecu|ecuador; EE est|estonia|estland; EG egy|egypt; EH esh|western sahara|västsahara; ER eri|eritrea; ES
esp|spain|spanien; ET eth|ethiopia|etiopien; FI fin|finland; FJ fji|fiji; FK flk|falkland islands
(malvinas)|falklandsöarna [malvinas]; FM fsm|micronesia|mikronesien (federationen); FO fro|faroe
islands|färöarna|faeroe islands; FR fra|france|frankrike; GA gab|gabon; GB gbr|united kingdom|storbritannien|uk|great
britain|britain|england|scotland|wales|northern ireland|skottland|nordirland; GD grd|grenada; GE geo|georgia; GF
guf|french guiana|franska guyana; GG ggy|guernsey; GH gha|ghana; GI gib|gibraltar; GL grl|greenland|grönland; GM
gmb|gambia; GN gin|guinea; GP glp|guadeloupe; GQ gnq|equatorial guinea|ekvatorialguinea; GR grc|greece|grekland|el; GS
sgs|south georgia|sydgeorgien och sydsandwichöarna; GT gtm|guatemala; GU gum|guam; GW gnb|guinea-bissau; GY
guy|guyana; HK hkg|hong kong; HM hmd|heard island and mcdonald islands|heard island och mcdonald islands; HN
hnd|honduras; HR hrv|croatia|kroatien; HT hti|haiti; HU hun|hungary|ungern; ID idn|indonesia; IE
irl|ireland|irland|éire|eire|republic of ireland|irländska republiken; IL isr|israel; IM imn|isle of man; IN
ind|india; IO iot|british indian ocean territory|brittiska territoriet i indiska oceanen; IQ irq|iraq|irak; IR
irn|iran; IS isl|iceland|island|ísland; IT ita|italy|italien; JE jey|jersey; JM jam|jamaica; JO jor|jordan; JP
jpn|japan; KE ken|kenya; KG kgz|kyrgyzstan|kirgizistan; KH khm|cambodia; KI kir|kiribati; KM com|comoros|komorerna; KN
kna|saint kitts and nevis|saint kitts och nevis; KP prk|north korea|nordkorea; KR kor|south korea|sydkorea|republic of
korea; KW kwt|kuwait; KY cym|cayman islands|caymanöarna; KZ kaz|kazakhstan|kazakstan; LA lao|laos; LB lbn|lebanon; LC
lca|saint lucia; LI lie|liechtenstein; LK lka|sri lanka; LR lbr|liberia; LS lso|lesotho; LT ltu|lithuania|litauen; LU
lux|luxembourg|luxemburg|lëtzebuerg; LV lva|latvia|lettland; LY lby|libya|libyen; MA mar|morocco|marocko; MC
mco|monaco; MD mda|moldova|moldavien; ME mne|montenegro; MF maf|saint martin (french part)|saint martin (franska
delen); MG mdg|madagascar|madagaskar; MH mhl|marshall islands|marshallöarna; MK mkd|north
macedonia|makedonien|macedonia; ML mli|mali; MM mmr|myanmar|burma; MN mng|mongolia|mongoliet; MO mac|macao; MP
mnp|northern mariana islands|nordmarianerna; MQ mtq|martinique; MR mrt|mauritania|mauretanien; MS msr|montserrat; MT
mlt|malta; MU mus|mauritius; MV mdv|maldives|maldiverna; MW mwi|malawi; MX mex|mexico|mexiko; MY mys|malaysia; MZ
moz|mozambique|moçambique; NA nam|namibia; NC ncl|new caledonia|nya kaledonien; NE ner|niger; NF nfk|norfolk island;
NG nga|nigeria; NI nic|nicaragua; NL nld|netherlands|nederländerna|holland; NO nor|norway|norge|noreg; NP npl|nepal;
NR nru|naoero|nauru; NU niu|niue; NZ nzl|new zealand|nya zeeland; OM omn|oman; PA pan|panama; PE per|peru; PF
pyf|french polynesia|franska polynesien; PG png|papua new guinea|papua nya guinea; PH phl|philippines; PK
pak|pakistan; PL pol|poland|polen; PM spm|saint pierre and miquelon|saint pierre och miquelon; PN pcn|pitcairn; PR
pri|puerto rico; PS pse|palestine|palestina, state of; PT prt|portugal; PW plw|palau; PY pry|paraguay; QA qat|qatar;
RE reu|réunion; RO rou|romania|rumänien; RS srb|serbia|serbien; RU rus|russia|ryssland|russian federation; RW
rwa|rwanda; SA sau|saudi arabia|saudiarabien; SB slb|solomon islands|salomonöarna; SC syc|seychelles|seychellerna; SD
sdn|sudan; SE swe|sweden|sverige; SG sgp|singapore; SH shn|saint helena|saint helena, kristi himmelsfärd och tristan
da cunha; SI svn|slovenia|slovenien; SJ sjm|svalbard and jan mayen|svalbard och jan mayen; SK svk|slovakia|slovakien;
SL sle|sierra leone; SM smr|san marino; SN sen|senegal; SO som|somalia; SR sur|suriname|surinam; SS ssd|south sudan;
ST stp|sao tome and principe|sao tomé och principe; SV slv|el salvador; SX sxm|sint maarten (dutch part)|sint maarten
(nederländska delen); SY syr|syria|syrien; SZ swz|eswatini|swaziland; TC tca|turks and caicos islands|turks- och
caicosöarna; TD tcd|chad; TF atf|french southern territories|franska sydterritorierna; TG tgo|togo; TH tha|thailand;
TJ tjk|tajikistan|tadzjikistan; TK tkl|tokelau; TL tls|timor-leste|östtimor|east timor; TM tkm|turkmenistan; TN
tun|tunisia|tunisien; TO ton|tonga; TR tur|türkiye|turkiet|turkey; TT tto|trinidad and tobago|trinidad och tobago; TV
tuv|tuvalu; TW twn|taiwan; TZ tza|tanzania|united republic of tanzania; UA ukr|ukraine|ukraina; UG uga|uganda; UM
umi|united states minor outlying islands|förenta staternas mindre öar i oceanien och västindien; US usa|united states
of america|amerikas förenta stater|united states|us of a|america|förenta staterna; UY ury|uruguay; UZ uzb|uzbekistan;
VA vat|vatican city|heliga stolen|vatican|vatikanen; VC vct|saint vincent and the grenadines|saint vincent och
grenadinerna; VE ven|venezuela; VG vgb|virgin islands (british)|jungfruöarna (storbritannien); VI vir|virgin islands
(us)|jungfruöarna (us); VN vnm|vietnam|viet nam; VU vut|vanuatu; WF wlf|wallis and futuna|wallis och futuna; WS
wsm|samoa; YE yem|yemen|jemen; YT myt|mayotte; ZA zaf|south africa|sydafrika; ZM zmb|zambia; ZW zwe|zimbabwe
"""


def plain(text: str) -> str:
    words = unicodedata.normalize("NFC", text).replace(".", "").casefold().split()
    return " ".join(words[1:] if words[:1] == ["the"] else words)


def by_name() -> dict[str, str]:
    listed = (entry.split(" ", 1) for entry in " ".join(NAMED.split()).split("; "))
    return {name: code for code, names in listed for name in (code.lower(), *names.split("|"))}


def by_code(apps: Any, schema_editor: Any) -> None:
    codes = by_name()
    for model in ("Contact", "Organisation"):
        records = apps.get_model("contacts", model).objects
        stored = records.exclude(country="").exclude(country__in=set(codes.values())).values_list("country", flat=True)
        for country in list(stored.order_by().distinct()):
            if code := codes.get(plain(country)):
                records.filter(country=country).update(country=code)


class Migration(migrations.Migration):
    dependencies = [("contacts", "0005_guards")]

    operations = [migrations.RunPython(by_code, migrations.RunPython.noop)]
