"""What tells a person's name: common given names, common surnames, particles, and how initials are written.

The lists were put together by hand for this purpose from names that are common among people in the Netherlands, of all origins: they
find a *column* of names, of which a part is enough, and say nothing about any person. They are no copy of a register.

References
----------
Nederlandse Voornamenbank and Nederlandse Familienamenbank (Meertens Instituut, CBG) show how common a name is.
"""

from __future__ import annotations

GIVEN = frozenset(
    """
    aad aaron abdel abdellah abdullah abel achmed ada adam adri adriaan adriana adrie agnes ahmed ahmet aicha aisha albert alberta alex
    alexander alexandra ali alice alicia alida amina amira amy an ana andre andrea andreas andrzej angela angelique anita anja anke ann anna
    anne anneke annelies annemarie annemieke annette annie annika anouk ans anthony anton antoinette antonio antonia antonius anwar arend ari
    arie arjan arjen arnold arthur astrid aya ayoub ayse bart bas bastiaan beatrix ben benjamin bernard bernardus bert betty bianca
    bilal bo bob boris bram brecht brenda brigitte britt bruno carina carla carlos carmen caroline casper catharina cees chantal charles
    charlotte chris christiaan christian christina christine cindy claire claudia cor corinne cornelia cornelis corrie daan dana daniel
    danielle danny david dean debbie demi denise dennis derk dewi diana dick diederik diego dion dirk dirkje dominique don dorothea douwe
    dylan ebru eddy edith eduard edward edwin eelco elena elif eline elisabeth elise elizabeth ella ellen elly els elsa emily emine emir
    emma emre erdal eric erica erik erika erna ernst esmee esther eva evelien evelyn evert evi ewa fadi fadma fatima fatma fay feike felix
    femke fenna ferdinand fien finn fleur floor floris fokke frank frans franciscus francisca fred frederik freek frits gabriel geert geertje
    geertruida george gerard gerarda gerardus gerda gerrie gerrit gerritje gertjan gijs gijsbert greet greetje guido guus gwen hakan hamid
    hamza hanna hannah hanneke hannie hans harm harmen harold harrie harry hasan hassan hatice heidi hein helena hendrik hendrika hendrikus
    henk hennie henny henri henry herman hermanus hessel hilda hilde huib hubert huseyin ibrahim ida ilham ilse imane imke ina inge ingeborg
    ingrid irene iris isa isabel isabella isabelle ivo jaap jack jackie jacob jacoba jacobus jacqueline jacques jake jamal james jan jana janet
    janine janna janneke jannes jannie jannetje janny jans jasmijn jasper jayden jeanette jeanne jelle jennifer jenny jeroen jerry jessica jet
    jeffrey jim jip jo joan joanna job jochem joep joey johan johanna johannes john joke jolanda jonas jonathan joost jordy joris jorrit jos
    jose joseph josephina jozef juan judith julia julian julie jurgen jurre justin karel karim karima karin katarzyna kees kelly kemal kevin
    khadija khalid kim klaas klaasje koen koos krijn krzysztof lambert lambertus lara lars laura lauren laurens leen leendert leila lena leo leon
    leonie levi lianne lieke lies liesbeth lieve lina linda lisa lisanne lisette liv loes lot lotte louis louisa louise luc luca lucas lucia luuk
    maaike maarten maartje machteld magda malgorzata manon mara marc marcel marco margaretha margreet margriet maria marian marianne marie
    marieke mariette marije marijke marina marinus mario marion marit marja marjan marjolein marjolijn marjon mark marko marleen marlies
    marloes marloe mart martha martijn martin martina martine matthijs maurice maurits max may mees mehmet meike melanie melissa menno mia
    michael michel michelle michiel mick mieke mien mike mila milan milou minke miranda miriam mirjam mitchell moa mohamed mohammad mohammed
    monica monique morris mourad muhammad muhammed murat mustafa nadia nadine naima nancy natalie natasja nathalie nel nelleke nia nick nicky nico
    nicole niek niels nienke nikki nina noa noah noor noortje nora norbert olga olivia olivier omar onno oscar osman otto paolo pascal patricia
    patrick paul paula paulien pauline pavel peter petra petronella petrus philip pieter pietje piet pim piotr priscilla quinten rachel rachid
    rachida ralph raymond rebecca regina reinder reinier remco remy rene renate renee rianne richard rick rik rinse rob robbert robert robin
    roel roelof roger roland rolf romy ron ronald ronnie roos rosa rosanne rowan roy ruben rudi rudolf ruth ruud ryan saar sabine sabrina said
    saida sam samantha samira samuel sander sandra sanne sara sarah saskia seb sebastiaan selma sem serkan sergio sharon sietske sil silvia
    simon sjaak sjoerd sjors sofia sofie sonja sophia sophie stan stef stefan stefanie steven stijn sterre suzan suzanne sven svetlana
    sylvia tamara tara teun teunis tessa theo theodora theodorus thea thijs thomas tijmen tijn tim timo tineke tjeerd tom tomas tomasz ton tonnie
    toon trijntje trudy truus ursula valerie vanessa vera veronica victor vincent wendy wesley wiebe wil wilco wilhelmina wilhelmus willem willemijn
    willemina wim wouter xander yara yasmin yasmina yassin yassine youssef yusuf yvonne yvette zara zeynep zoe zohra
    """.split()
)

SURNAMES = frozenset(
    """
    jong jansen vries berg bakker dijk visser janssen smit meijer meyer boer mulder groot bos vos peters hendriks leeuwen dekker brouwer wit
    dijkstra smits graaf meer linden kok jacobs haan vermeulen heuvel veen broek bruin bruijn heijden schouten beek willems vliet ven hoekstra maas
    verhoeven koster dam wal prins blom huisman peeters jonge kuipers postma kramer brink scholten vandam wijk koning kuiper veenstra jager
    vink bosch bosman gerritsen evers molenaar groen jonker kroon maan martens koopman hermans hoek kamp peeters wolf verbeek timmermans
    bakkers pieters schipper hofman smeets dijkman schilder yilmaz kaya demir sahin ozturk yildiz celik nguyen mohan singh elamrani amrani
    bouali haddou rossi nowak kowalski
    """.split()
)
"""Without their particles: *de Jong*, *van den Berg*."""

PARTICLES = "van|de|der|den|ter|ten|te|het|t|op|in|aan|la|le|du|di|da|dos|el|al|bin|ben|ait|von"
INITIALS = rf"^(?:\p{{Lu}}\p{{Ll}}?\. ?){{1,6}} ?(?:(?i:{PARTICLES}) )*\p{{Lu}}[\p{{L}}' -]+[0-9 ()-]*$"
"""*J.P. de Vries*."""

INITIALS_LAST = r"^\p{Lu}[\p{L}' -]+, ?(?:\p{Lu}\p{Ll}?\. ?){1,6}(?: ?[a-z ]+)?[0-9 ()-]*$"
"""*Vries, J.P. de*."""

INITIALS_BEFORE, INITIALS_AFTER = r"^(?:[A-Z]\.? ?){1,5} ", r"[ ,]+(?:[A-Z]\.? ?){1,5}(?: [a-z ]+)?[0-9 ()-]*$"
"""Initials without full stops, *JP de Vries* and *Vries, JP de*: in codes and kinds too, so only around a common surname."""

STREET = (
    "(straat|straatje|laan|weg|plein|kade|dijk|hof|pad|singel|gracht|steeg|dreef|plantsoen|park|baan|erf|markt|"
    "street|avenue|ave|road|lane|drive)( [a-z]{1,3})*$"
)
"""How a text ends, but for what follows the number of a house, that names a street and not a person, though many streets are named after one."""
