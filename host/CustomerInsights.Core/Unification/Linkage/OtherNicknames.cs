namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>
/// What bearers of a given name are called in German, French, Spanish, Portuguese, Italian, Polish, Russian and Greek, in Latin letters without
/// marks as <see cref="FieldText.Words"/> gives them. A nickname of several names is with the most frequent one, and the English table stands above.
/// </summary>
internal static class OtherNicknames
{
    private const string Rows = """
        adelheid: heidi
        agata: agatka
        agnieszka: aga agnisia
        aikaterini: katerina
        aleksandra: ola
        alessandro: sandro
        aleksandr: sasha shura sanya
        aleksei: alyosha lyosha
        alfonso: poncho
        anastasiya: nastya asya
        andrei: andryusha
        andrzej: jedrek
        anna: anya anja anka nusia
        antonio: tonino tonio toni totonno
        antonina: tonya
        antoni: antek
        artem: tyoma
        athanasios: thanasis sakis
        barbara: basia baska
        bartlomiej: bartek bartosz
        beatriz: bia
        bernardo: nando
        boguslaw: bogdan bogus
        boleslaw: bolek
        carmen: carmela carmina
        catherine: cathy katou
        charlotte: lolotte
        charalampos: babis lampis
        christos: christakis
        concepcion: concha conchita
        consuelo: chelo
        cristobal: tobal
        czeslaw: czesiek
        daria: dasha
        dariusz: darek
        dimitrios: dimitris mitsos
        dmitrii: dima mitya
        dolores: lola loli
        dominik: domi
        dorota: dorotka
        eduardo: edu lalo
        ekaterina: katya katyusha
        elena: lena helene ilona
        elisabeth: lisbeth liesel elsbeth lisl sisi elke
        elzbieta: ela elka
        encarnacion: encarna
        enrique: quique kike
        ernesto: neto
        ewa: ewka ewunia
        evangelia: litsa
        evangelos: vangelis
        evgenii: zhenya
        ezequiel: cheque
        federico: fede kiko
        felipe: pipe
        feliks: felek
        fernando: nando fer
        francesco: franco cesco ciccio
        francisco: paco pancho curro paquito chico
        francoise: fanchon
        francois: fanfan
        genevieve: ginette
        friedrich: fritz fiete friedel
        gabriela: gaby gabi
        galina: galya
        georgii: gosha zhora
        georgios: giorgos yorgos
        gerhard: gerd gerdi
        gertrud: trude traudl
        giovanni: gianni nino vanni
        giuseppe: beppe peppe pino geppino
        grazyna: grazynka
        gregorio: goyo
        grigorii: grisha
        grzegorz: grzesiek grzes
        guadalupe: lupe
        guillermo: memo guille
        gunther: gunter
        hannelore: hanne lore
        heinrich: heiner heinz heini
        helga: helli
        henryk: heniek
        hildegard: hilde
        ignacio: nacho
        ilya: ilyusha
        ioannis: giannis yannis
        irina: ira irisha
        isabel: isa chabela belita
        ivan: vanya
        jacek: jacus
        jadwiga: jadzia
        jacqueline: jacotte
        jaime: jaimito
        jakub: kuba
        jan: janek jas
        jean: jeannot
        jerzy: jurek
        jesus: chuy chucho chus
        joanna: asia joasia
        joaquin: quino chimo
        joao: joaozinho
        johannes: hannes hans johann
        jorge: coque
        jose: pepe chepe pepito
        josef: sepp seppi beppo josip
        josefa: pepa fina
        jozef: jozek
        jurgen: jurg
        karl: kalle karlchen
        katharina: kathe kathi katja trine kaethe
        katarzyna: kasia kaska
        kazimierz: kazik
        klaudia: klaudyna
        konstantin: kostya
        konstantinos: kostas kostis dinos
        krystyna: krysia
        krzysztof: krzysiek krzys
        kseniya: ksyusha
        ludmila: lyuda
        lyudmila: lyuda mila
        lorenzo: renzo
        luciana: lucy
        ludwig: lutz wiggerl
        luigi: gigi gino luigino
        lukasz: lukaszek
        madeleine: mado
        magdalena: magda lena madzia
        malgorzata: gosia malgosia
        manuel: manolo manu lolo
        margarete: grete gretel marga gretchen greta
        margarita: rita marga
        mariya: masha marusya
        marcin: marcinek
        mateusz: mati
        matthias: matze mathes hias
        maximilian: max maxl
        mercedes: merche meche
        michal: michalek
        mikhail: misha
        mieczyslaw: mietek
        monika: moni
        montserrat: montse
        nadezhda: nadya
        nataliya: natasha
        natalya: natasha
        nicolas: nico
        nikolai: kolya
        nikolaos: nikos
        nikolaus: klaus niko
        oksana: ksana
        olga: olya
        panagiotis: takis panos
        pavel: pasha
        pawel: pawelek
        petr: petya
        philippos: lippos
        pierre: pierrot
        piotr: piotrek
        polina: polya
        rafael: rafa
        ramon: moncho
        roberto: beto
        rocio: chio
        roman: romek
        rosario: charo
        rudiger: rudi
        ryszard: rysiek
        salvatore: toto turi
        sergei: seryozha serezha
        slawomir: slawek
        sofiya: sonya
        spyridon: spyros
        stanislaw: staszek stasiek stach
        svetlana: sveta
        tadeusz: tadek
        tatyana: tanya
        therese: resi
        tomasz: tomek
        ulrich: uli ulli
        ulrike: ulli rike
        valentina: valya
        vasilii: vasya
        vasiliki: vaso
        vicente: chente
        viktor: vitya
        vincenzo: enzo
        vladimir: volodya vova
        waldemar: waldek
        walburga: burgi
        waltraud: traudl
        wilhelm: willi helmi
        wieslaw: wiesiek
        wladyslaw: wladek
        wlodzimierz: wlodek
        wojciech: wojtek
        wolfgang: wolf wolfi
        yuliya: yulya
        yurii: yura
        zbigniew: zbyszek
        zdzislaw: zdzisiek
        zofia: zosia zoska
        zygmunt: zygus
        """;

    /// <summary>Each nickname with the name that it stands for.</summary>
    internal static IEnumerable<(string Nickname, string Name)> All() =>
        Rows.Split('\n').Select(row => row.Trim().Split(": ")).SelectMany(row => row[1].Split(' ').Select(nickname => (nickname, row[0])));
}
