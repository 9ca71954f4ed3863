namespace CustomerInsights.Bench.Unify;

/// <summary>Names of one language, the frequent ones first, and how the same name is written otherwise there.</summary>
internal sealed record NameStock(string Language, string[] Given, string[] Family, string[] Cities, string Country, Func<string, Dice, string> Variant)
{
    /// <summary>Given names with what their bearers are called: <c>Katarzyna/Kasia</c>.</summary>
    public string Nickname(string given)
    {
        var found = Array.Find(Given, one => one.StartsWith(given + "/", StringComparison.Ordinal));
        return found is null ? given : found[(given.Length + 1)..];
    }

    public static string First(string given) => given.Split('/')[0];

    public static NameStock English { get; } = new(
        "english",
        Split("James/Jim Mary/Molly Robert/Bob Patricia/Pat John/Jack Jennifer/Jen Michael/Mike Linda William/Bill Elizabeth/Liz David/Dave Barbara/Barb Richard/Dick Susan/Sue Joseph/Joe Jessica/Jess Thomas/Tom Sarah/Sally Charles/Chuck Karen Christopher/Chris Nancy Daniel/Dan Lisa Matthew/Matt Betty Anthony/Tony Margaret/Peggy Mark Sandra/Sandy Donald/Don Ashley Steven/Steve Kimberly/Kim Paul Emily Andrew/Andy Donna Joshua/Josh Michelle Kenneth/Ken Carol Kevin Amanda/Mandy Brian Dorothy/Dot George Melissa/Mel Edward/Ted Deborah/Debby"),
        Families("Smith Johnson Williams Brown Jones Garcia Miller Davis Wilson Anderson Taylor Moore Jackson Martin Lee Thompson White Harris Clark Lewis", "Ash Black Brad Carl Dal Elm Fair Green Hart Holl Kirk Lang Mar Nor Oak Pem Rad Stan Thorn Whit Win York", "ton ford ley field wood by burn well man son worth"),
        Split("Leeds Denver Boston Austin Dallas Bristol Oxford Dover Salem Perth York Exeter"), "44",
        (name, _) => name);

    public static NameStock German { get; } = new(
        "german",
        Split("Hans Jürgen/Jürg Ursula/Uschi Günther Katharina/Käthe Johannes/Hannes Elisabeth/Lisbeth Wolfgang/Wolf Jörg Käthe Josef/Sepp Margarete/Grete Björn Anneliese/Anne Thomas Monika/Moni Matthias/Matze Sabine Götz Renate Stefan Heike Bärbel Klaus Maximilian/Max Friederike/Rike Sönke Christine Karl-Heinz Anna-Lena Hans-Peter Eva-Maria Ulrich/Uli Susanne/Susi Rüdiger Dörte"),
        Families("Müller Schmidt Schneider Fischer Weber Meyer Wagner Becker Schulz Hoffmann Schäfer Koch Bauer Richter Klein Wolf Schröder Neumann Schwarz Zimmermann Braun Krüger Hofmann Hartmann Lange Schmitt Werner Krause Meier Köhler", "Berg Brück Burg Büch Dörf Eich Feld Göt Hag Höl Kirch Köl Lind Möl Neu Röd Schön Stein Strauß Wäch Wein Zieg", "mann er ler hoff meier bauer müller ner feld"),
        Split("München Köln Düsseldorf Göttingen Würzburg Nürnberg Berlin Hamburg Lübeck Gießen Saarbrücken Tübingen"), "49",
        (name, dice) => dice.OneIn(2)
            ? name.Replace("ä", "ae").Replace("ö", "oe").Replace("ü", "ue").Replace("Ä", "Ae").Replace("Ö", "Oe").Replace("Ü", "Ue").Replace("ß", "ss")
            : name.Replace('ä', 'a').Replace('ö', 'o').Replace('ü', 'u').Replace("ß", "ss"));

    public static NameStock Spanish { get; } = new(
        "spanish",
        Split("María Antonio José/Pepe Carmen Manuel/Manolo Josefa/Pepa Francisco/Paco Isabel Juan Ana Jesús/Chus Dolores/Lola David Pilar Javier Teresa Ángel Rosa Rafael/Rafa Concepción/Concha Alejandro Mercedes Andrés Lucía Sebastián Inés Ramón Begoña Iñaki Rocío Íñigo Asunción"),
        [.. Families("García González Rodríguez Fernández López Martínez Sánchez Pérez Gómez Martín Jiménez Ruiz Hernández Díaz Moreno Muñoz Álvarez Romero Alonso Gutiérrez Navarro Torres Domínguez Vázquez Ramos Gil Ramírez Serrano Blanco Molina", "Bar Cas Del Esc Fuen Gar Her Ibá Lar Mal Nú Oli Pal Qui Riv Sal Tor Urr Val Zam", "ñez tes ero ada ito ales ón")],
        Split("Málaga Córdoba Madrid Sevilla Cádiz Ávila León Cáceres Logroño Gijón"), "34",
        (name, dice) => dice.OneIn(3) && name.Contains(' ', StringComparison.Ordinal) ? name.Split(' ')[0] : Plain(name));

    public static NameStock Polish { get; } = new(
        "polish",
        Split("Katarzyna/Kasia Stanisław/Staszek Małgorzata/Gosia Krzysztof/Krzysiek Agnieszka/Aga Tomasz/Tomek Barbara/Basia Paweł Ewa Łukasz Elżbieta/Ela Andrzej Zofia/Zosia Wojciech/Wojtek Joanna/Asia Michał Magdalena/Magda Józef Jadwiga Świętosław Żaneta Sławomir/Sławek Bożena Zbigniew/Zbyszek"),
        Families("Nowak Kowalski Wiśniewski Wójcik Kowalczyk Kamiński Lewandowski Zieliński Szymański Woźniak Dąbrowski Kozłowski Jankowski Mazur Wojciechowski Kwiatkowski Krawczyk Kaczmarek Piotrowski Grabowski", "Bia Brzo Cie Dęb Gło Gór Jaś Kło Łus Mał Ole Pią Roś Sło Świ Tru Wró Zaj Żół", "wski cki niak czyk szewski ński rek"),
        Split("Łódź Kraków Wrocław Gdańsk Poznań Białystok Rzeszów Toruń Częstochowa"), "48",
        (name, _) => Plain(name));

    public static NameStock Russian { get; } = new(
        "russian",
        Split("Александр/Саша Елена/Лена Сергей/Серёжа Ольга/Оля Дмитрий/Дима Наталья/Наташа Андрей Екатерина/Катя Алексей/Лёша Анна/Аня Михаил/Миша Татьяна/Таня Николай/Коля Юлия/Юля Евгений/Женя Светлана/Света Фёдор/Федя Людмила/Люда Юрий Ксения Пётр/Петя Щукарь Артём Жанна"),
        Families("Иванов Смирнов Кузнецов Попов Васильев Петров Соколов Михайлов Новиков Фёдоров Морозов Волков Алексеев Лебедев Семёнов Егоров Павлов Козлов Степанов Николаев", "Бел Вор Гор Дья Еж Жук Зуб Кры Лап Мат Нос Ор Пуш Рыб Сав Тих Хар Цвет Чер Шум Щерб Юд Яков", "ин ов енко ский аков ылев ьев"),
        Split("Москва Казань Самара Уфа Пермь Омск Тюмень Челябинск Ярославль"), "7",
        (name, dice) => dice.OneIn(3) ? name.Replace('ё', 'е').Replace('Ё', 'Е') : Latin(name, Cyrillic, dice));

    public static NameStock Greek { get; } = new(
        "greek",
        Split("Γεώργιος/Γιώργος Μαρία Ιωάννης/Γιάννης Ελένη Κωνσταντίνος/Κώστας Αικατερίνη/Κατερίνα Δημήτριος/Δημήτρης Βασιλική/Βάσω Νικόλαος/Νίκος Σοφία Παναγιώτης/Τάκης Αγγελική Χρήστος Ευαγγελία Αθανάσιος/Θανάσης Ξένια Ψυχή Χαράλαμπος/Μπάμπης"),
        Families("Παπαδόπουλος Βλάχος Αγγελόπουλος Νικολαΐδης Γεωργίου Πέτρου Δημητρίου Ιωάννου Χριστοδούλου Οικονόμου Καραγιάννης Αντωνίου Μακρής Σταύρου Ψαράς", "Αλεξ Βασιλ Γεωργ Δημ Ευθυμ Ζαχαρ Θεοδωρ Καρ Λαμπρ Μιχαηλ Ξανθ Παναγ Ραφ Σταμ Τριαντ Φιλιππ Χατζ", "όπουλος ίδης άκης ιάδης έας ίου άτος"),
        Split("Αθήνα Πάτρα Λάρισα Βόλος Ιωάννινα Χανιά Ηράκλειο"), "30",
        (name, dice) => dice.OneIn(3) ? Plain(name) : Latin(Plain(name), Hellenic, dice));

    public static NameStock Japanese { get; } = new(
        "japanese",
        Split("陽子 健一 翔太 美咲 大輔 恵子 拓也 由美子 直樹 真由美 和也 久美子 誠 愛 浩 智子 剛 明美 学 さくら 翼 結衣 蓮 葵 大翔 陽菜 悠真 結菜 隆 幸子"),
        Families("佐藤 鈴木 高橋 田中 伊藤 渡辺 山本 中村 小林 加藤 吉田 山田 佐々木 山口 松本 井上 木村 林 斎藤 清水", "石 大 岡 小 川 北 黒 坂 島 杉 高 竹 谷 土 富 長 西 野 橋 浜 東 藤 古 堀 前 松 三 森 安 横", "田 川 村 山 原 崎 井 本 野 沢"),
        Split("東京 大阪 京都 札幌 福岡 神戸 横浜 仙台 広島"), "81",
        (name, _) => name.Replace('斎', '斉').Replace('辺', '邊').Replace('高', '髙').Replace('沢', '澤').Replace('浜', '濱'));

    private const string Cyrillic = "а=a б=b в=v г=g д=d е=e,ye ё=e,yo ж=zh,j з=z и=i й=y,i к=k л=l м=m н=n о=o п=p р=r с=s т=t у=u ф=f х=kh,h ц=ts,c ч=ch ш=sh щ=shch,sch ъ= ы=y ь= э=e ю=yu,iu я=ya,ia";
    private const string Hellenic = "α=a β=v,b γ=g δ=d ε=e ζ=z η=i θ=th ι=i κ=k λ=l μ=m ν=n ξ=x,ks ο=o π=p ρ=r σ=s ς=s τ=t υ=y,i φ=f,ph χ=ch,h ψ=ps ω=o";

    private static string[] Split(string words) => words.Split(' ');

    // The frequent names, then all that the stems and endings make.
    private static string[] Families(string frequent, string stems, string endings) =>
        [.. Split(frequent), .. new Dice(7).Shuffled(Split(stems).SelectMany(stem => Split(endings).Select(ending => stem + ending)))];

    private static string Plain(string name) =>
        string.Concat(name.Normalize(System.Text.NormalizationForm.FormD).Where(c => c is < '\u0300' or > '\u036f')).Replace('ł', 'l').Replace('Ł', 'L');

    // Letter by letter, by one of the usual ways of each.
    private static string Latin(string name, string table, Dice dice)
    {
        var letters = table.Split(' ').ToDictionary(entry => entry[0], entry => entry[2..].Split(','));
        var latin = string.Concat(name.ToLowerInvariant().Select(c => letters.TryGetValue(c, out var ways) ? dice.OneIn(3) ? ways[^1] : ways[0] : c.ToString()));
        return latin.Length == 0 ? latin : char.ToUpperInvariant(latin[0]) + latin[1..];
    }
}
