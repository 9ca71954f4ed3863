using System.Collections.Frozen;

namespace CustomerInsights.Core.Unification.Normalisation;

/// <summary>
/// Given names: the form that stays, then nicknames and spelling variants that become it; and titles. English first, with the
/// variants of other European languages that are common in English-speaking countries.
/// </summary>
/// <remarks>
/// A variant belongs to one form only. Where a nickname serves several names (alex, chris, sam, pat, jo) it goes to the most
/// frequent one: such a nickname then does not meet the other names. docs/unification.md says so.
/// </remarks>
internal static class NameTable
{
    private const string Rows = """
        abigail: abby abbie abbey abi gail gayle abbigail abigale
        abraham: abe abram bram
        adam: addam ad
        adelaide: addie adela adele adelle
        agnes: aggie agnese
        aidan: aiden ayden aydan
        albert: al bert bertie alberto
        alexander: alex alec alexandre alejandro sandy xander aleksander aleksandr alessandro lex
        alexandra: alexa lexi lexie alessandra alejandra aleksandra
        alexis: alexys
        sandra: sandie sondra
        alfred: alf alfie fred freddie freddy alfredo
        alice: ali alicia alyce allie ally alisha alycia elicia
        alison: allison allyson alyson alisson
        amanda: mandy mandi manda
        amelia: amelie millie milly
        amy: aimee ami amie
        andrea: andria
        andrew: andy drew andre andreas andrei anders andrzej andres
        angela: angie angelina angelica angelique angeline
        ann: anna anne annie anya ana ania
        annette: anette
        anita: anitta
        annika: anika
        hannah: hanna hana
        nancy: nan nancie nanette
        anthony: tony anton antonio antoine toni antony
        antonia: antoinette
        archibald: archie archy
        arnold: arnie arny
        arthur: art artie arturo artur
        audrey: audra audry
        augustus: august augustine gus augie
        barbara: barb barbie babs bobbie barbra babette
        barnaby: barney barnabas
        bartholomew: bart barth
        beatrice: bea beatrix trixie bee
        belinda: bel lindy
        benjamin: ben benny benji benjamen benjy
        bernadette: bernie bernadine
        bernard: bernhard bernardo barnard
        beverly: bev beverley
        bradley: brad bradly
        brandon: brendan branden brendon
        brian: bryan bryant brien bri
        bridget: brigitte bridie biddy brigid birgit
        bruce: brucie
        bryce: brice
        caitlin: kaitlyn katelyn caitlyn kaitlin katelynn
        calvin: cal
        cameron: cam kameron
        carla: karla
        carol: carole caroll karol carrol
        caroline: carolyn carolina carolynn karolina karoline
        carrie: carry caro
        cassandra: cass cassie kassandra casandra
        catherine: cathy cathie cath kate katie katherine kathy kathryn kathleen kat katharine katarina katerina katrina catrina cathryn catharine kathie kitty caterina ekaterina cathleen trina
        karen: karin caryn
        kay: kaye
        cecilia: cecily cecile celia cissy
        charles: charlie charley chuck chas chuckie
        carl: karl
        carlos: carlo
        charlotte: lottie lotte charlotta carlotta
        charlene: sharlene
        chelsea: chelsey chelsie
        cheryl: sheryl cherie cheri sherrie sheri sherri sherry
        christian: kristian cristian
        christina: christine chrissie chrissy christy christie kristen kristin kristina kristine krista tina cristina kirsten kirstin kristi kristy christa christen kris
        christopher: chris kit christoph cristopher kristopher topher christophe christof
        claire: clare clara klara clair
        clarence: clarrie
        clifford: cliff
        clinton: clint
        colin: collin
        constance: connie constanze
        corey: cory korey kory
        cornelius: corny neil niels
        courtney: kourtney
        craig: kraig
        crystal: krystal christal kristal
        curtis: curt kurt kurtis
        cynthia: cindy cyndi cindi cyndy cynth
        daniel: dan danny dannie danni daniele danilo
        danielle: daniela daniella danita dani
        darlene: darla
        darrell: darryl daryl darrel
        darren: darrin daren
        david: dave davey davie davy davide
        dawn: dawna
        dean: deane
        deborah: deb debbie debby debra debora debbi debs debrah
        denise: denice denyse
        dennis: denis denny den
        derek: derrick derick deric
        diana: diane dianne di diann dyan dianna
        dominic: dom dominick nic domenic dominik
        dominique: dominica
        donald: don donnie donny
        donna: dona
        dorothy: dot dottie dorothea dolly dora dorothee
        douglas: doug douglass dougie
        duncan: dunc
        dwayne: duane dwain
        edith: edie edyth
        edmund: edmond
        edward: ed eddie eddy ted teddy ned eduardo edouard edvard edoardo
        edwin: edwyn
        eileen: aileen ilene
        elaine: elayne
        helen: helena helene elena lena
        ellen: ella ellie nell nellie nelly
        eleanor: elinor eleanora eleanore leonora elly
        elijah: eli elias
        elizabeth: liz beth betty bess bessie betsy eliza elisabeth lizzie lizzy libby elsie elisa liza betsey bette lisbeth elspeth lizbeth bettie liesl
        lisa: lise
        elise: elyse
        isabel: isabella isabelle bella isobel belle izzy
        emily: em emmy emilie emilia emmie emely
        emma: ema
        eric: erik erick rick erich
        erica: erika ericka
        erin: aaryn erinn
        ernest: ernie ernst ernesto
        esther: essie ester hester
        ethan: eitan
        eugene: gene eugen eugenio
        eva: eve evie evita
        evelyn: evelin eveline evelyne
        faith: fay faye
        felicia: felicity phylicia
        ferdinand: ferdie fernando
        florence: flo florrie flossie
        frances: fran frannie franny francoise
        francesca: francisca
        francine: francene
        francis: frank frankie franklin francisco franz francesco francois frans franco
        frederick: fredrick frederic frederik friedrich fritz frederico fredric
        gabriel: gabe gab
        gabrielle: gabby gabriella gabi gabriela
        gareth: gary garry garth
        geoffrey: geoff jeff jeffrey jeffery geoffery geoffry jeffry
        george: georgie jorge georg georges giorgio yorgos
        georgina: georgia georgette
        gerald: jerry gerry jerrold
        gerard: gerhard gerardo
        geraldine: geri
        gertrude: gert gertie trudy trudie
        gillian: jill gill jillian
        giovanni: gianni
        gloria: glory
        gordon: gordie gordy
        grace: gracie grazia
        graham: graeme grahame
        gregory: greg gregg greggory gregor grigori
        gwendolyn: gwen gwendolen wendy gwenda
        harold: hal harald
        harriet: hattie harriett harriette
        harrison: harris
        heather: hether
        heidi: adelheid
        henry: harry hank henri heinrich enrique hendrik henrik enrico
        herbert: herb herbie heribert
        holly: hollie
        howard: howie
        hubert: huberto
        hugh: hugo hughie
        bertrand: bertram
        ian: iain
        irene: rene irina
        isaac: ike issac izaak zak
        ivan: iwan
        jacob: jake jakob jacques jakub cob
        jacqueline: jackie jacqui jacquelyn jacki jaclyn jacquelin
        jaime: jaimee jamie jayme
        james: jim jimmy jimmie jem jamey jimbo
        jane: janie janey jayne jana
        janet: jannet
        janice: janis
        janette: jeannette jeanette jenette
        jan: jann
        jared: jarrod jarred jarod
        jason: jay jayson jase
        jean: jeanne jeannie jeanie
        jenna: jena
        jennifer: jen jenny jenni jennie jenn jenifer
        jeremy: jez jeremiah jeremie
        jermaine: germaine
        jessica: jess jessie jessy jesica
        joan: joanie
        joanne: joann joanna jo jo-ann jo-anne johanna johanne
        john: jack johnny jon johnnie jonny johan johann johannes juan jonnie hans
        jonathan: jonathon johnathan johnathon jonthan
        jordan: jordon jordyn
        joseph: joe joey jos josef jose giuseppe josé jozef
        josephine: josie josefina josephina jody jodie
        joshua: josh joshuah josua
        joyce: joycelyn jocelyn joselyn
        judith: judy judi judie
        jude: judah
        julia: julie jules julianna juliana julianne juliet juliette giulia juli
        julian: julius julien julio
        justin: justyn justus
        karl-heinz: karlheinz
        keith: keath
        kelly: kelley kellie kelli
        kendra: kendrah
        kenneth: ken kenny kenney kennith kenn
        kerry: kerri kerrie keri
        kevin: kev kevan kevyn
        kimberly: kim kimberley kimmy kimberlee kym
        kyle: kile
        laura: laurie lori lora
        lauren: laurel laureen loren lauryn
        loretta: lauretta
        lorraine: loraine
        lorna: lorne
        lawrence: larry laurence lars lorenzo lawrie laurent lorenz
        leah: lea leia
        lee: leigh
        leo: leon leonardo
        leonard: len lenny lennie lenard
        leroy: roy
        leslie: les lesley lesly
        lester: leicester
        lewis: louis lou louie luis lew ludwig luigi
        lillian: lily lilly lil lilian liliana lilli
        linda: lynda lin
        lindsay: lindsey linsey lyndsay lyndsey
        lois: loes
        louise: louisa luisa lulu luise
        lucas: luke luca lukas luc
        lucy: lucille lucinda lucie lucia luci
        lydia: lidia
        lynn: lyn lynne linn lynette
        mackenzie: mckenzie makenzie
        madeline: maddie maddy madeleine madelyn madison madge madelaine
        malcolm: mal malcom
        marc: mark marcus markus marco marcos marek
        marcia: marsha
        margaret: maggie meg peggy peg marge margie margo margot greta gretchen margarita marguerite rita daisy megan margarete margareta margery marjorie meghan maggy meagan
        mary: maria marie mari molly polly mamie moll mollie
        miriam: maryam
        mia: mya
        marian: marianne marion marianna
        mariah: moriah
        moira: moyra
        maureen: maurene
        mitzi: mitzie
        marilyn: marylin marilynn
        marissa: marisa
        martha: marta mattie
        martin: marty martyn martino marten
        martina: martine
        matilda: tilly tillie mathilda mathilde
        matthew: matt matty mathew mat matthias mathias mateo matteo matthieu mathieu
        maurice: morris mo moritz mauricio maury
        maxwell: max maximilian maxim maximillian
        melanie: mel melany
        melissa: missy lissa melisa
        melvin: melvyn
        mercedes: mercy merche
        meredith: merry
        michael: mike mick mickey micky mikey mitch mitchell micheal michel miguel mikhail mikael michal misha mikel
        michelle: michele shelly chelle mickie shelley shelli michaela michaella
        monica: monika monique
        morgan: morgana morganne
        muhammad: mohammed mohamed mohammad muhammed mohamad mehmet mohd
        natalie: nat nataly natalia natasha tasha nathalie natalya
        nathaniel: nathan nate nathanael nathen
        neal: neill
        nicholas: nick nicky nicolas nico niko nikolai nicolaus klaus claus nickolas nikolas nicolai colas
        nicole: nicki nikki nicola nicolette niki colette nichole nikky
        noel: noelle
        nora: norah honora
        norman: norm normand
        oliver: ollie olivier olly
        olivia: liv livia livvy
        oscar: oskar ossie
        oswald: ozzie ozzy
        owen: owain eoin
        pamela: pam pammy pamella
        patricia: pat patty patti trish tricia patsy trisha pattie
        patrick: paddy pad patricio patric
        paul: pablo paolo pauly pavel
        paula: paulette pauline paulina
        penelope: penny pen
        percival: percy
        perry: peregrine
        peter: pete petey pedro pietro pierre petr piotr pieter
        philip: phil phillip pip felipe philippe filip phillipp philipp
        philippa: pippa
        phyllis: phylis phillis
        preston: prescott
        priscilla: prissy cilla
        prudence: prue pru
        quentin: quinton quintin
        rachel: rae rachael rachelle raquel rachele
        ralph: rafe raoul raul ralf
        randall: randy randal randolph
        raphael: rafael rafi
        raymond: ray raymund ramon raimund
        rebecca: becky becca bec beck rebekah reba bekah rebeca
        reginald: reg reggie rex
        regina: gina
        renee: renata rena
        reuben: ruben rube
        rhonda: ronda
        richard: dick rich richie ricky rickey ricardo ritchie riccardo dickie rickie
        robert: bob bobby rob robbie robby roberto rupert bobbi
        roberta: berta
        robin: robyn robynn
        roderick: rod roddy rodrick
        rodney: rodny
        roger: rodger rog rutger
        roland: rollo rowland orlando
        ronald: ron ronnie ronny ronaldo
        rosemary: rosie rosemarie
        rose: rosa rosita
        rosalind: rosalyn roz
        rosalie: rosalia
        rosanne: roseanne rosanna roxanne roxie roxana
        russell: russ rusty russel
        ruth: ruthie
        ryan: rian ryon
        sabrina: zabrina
        samantha: sammi samanta
        samuel: sam sammy samuele samual
        sara: sarah sally sadie sal zara sallie
        scott: scotty scot
        sean: shaun shawn shane shon
        sebastian: seb bastian sebastien
        sergio: sergei serge sergey
        sharon: shari sharron sharyn
        sheila: sheilah shelagh
        shirley: shirl shirlee
        sidney: sydney syd sid
        sigmund: siggy zigmund
        simon: simeon si
        simone: simona
        sophia: sophie sofia sofie
        spencer: spenser
        stacy: stacey staci stacie
        stanley: stan stanislaus
        stella: estella estelle
        stephanie: steph stephany stefanie steffi stefany stephani stefania
        stephen: steve steven stevie stefan stephan stephane steffen esteban stefano stephon
        stuart: stewart stu stew
        susan: sue susie suzy suzanne susanna susannah suzanna sukie suzie zuzana susana susanne
        sylvia: silvia syl sylvie
        tabitha: tabby
        tamara: tammy tami tamra tammie tamar
        tanya: tania tanja
        tara: tarah
        taylor: tayler
        terence: terry terrence terrance tel
        terrell: terrel
        teresa: theresa tess tessa terri teri therese tessie terese theresia
        theodore: theo theodor teodor tad
        theodora: thea
        thomas: tom tommy thom tomas tommie tomasz tomaso
        timothy: tim timmy timmothy timo
        tiffany: tiff tiffani
        tobias: toby tobie tobin
        tracy: tracey traci tracie
        travis: travers
        trevor: trev
        tristan: tristram
        tyler: ty
        ursula: uschi
        valerie: val valery valeria
        vanessa: nessa nessie
        veronica: vera veronika ronni roni
        victor: vic vick viktor vittorio
        victoria: vicky vicki tori vickie viktoria vikki tory
        vincent: vince vinny vinnie vincenzo vicente
        viola: violet violetta
        virginia: ginny ginger ginnie virgie
        vivian: viv vivien vivienne
        wallace: wally wallis
        walter: walt wat gualtiero
        warren: waren
        wayne: wain
        wesley: wes wesly
        whitney: whitnee
        wilfred: wilf wilfrid wilfried
        wilhelmina: wilma mina minnie willa
        william: bill billy will willie willy liam wilhelm guillermo guillaume wil bil willem
        winifred: winnie winny freda
        winston: win
        yolanda: yolande iolanda
        yvonne: evonne ivonne
        yvette: evette
        zachary: zach zack zac zachariah zachery zackary
        zoe: zoey zoie
        mr.: mister herr monsieur senor señor
        mrs.: missus frau madame senora señora mme
        ms.: miss fraulein fräulein mademoiselle senorita señorita mlle
        dr.: doctor doktor docteur doc
        prof.: professor professeur profesor
        rev.: reverend revd
        fr.: father
        hon.: honorable honourable
        sir.: sire
        capt.: captain cpt
        col.: colonel
        gen.: general
        lt.: lieutenant
        maj.: major
        sgt.: sergeant
        cpl.: corporal
        adm.: admiral
        gov.: governor
        pres.: president
        sen.: senator
        jr.: junior jnr
        sr.: senior snr
        ii: 2nd
        iii: 3rd
        iv: 4th
        esq.: esquire
        """;

    public static FrozenDictionary<string, string> Variants() => WordTable.Parse(Rows);
}
