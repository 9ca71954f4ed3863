using System.Globalization;
using CustomerInsights.Host.Tests.Kit;

namespace CustomerInsights.Host.Tests.Contoso;

/// <summary>The lab data as CsvHelper reads it, and what follows from it. Nothing of the product is used here.</summary>
internal sealed class ContosoFiles
{
    private readonly Dictionary<string, Person> _byContact;
    private readonly Dictionary<string, Person> _byLoyalty = new(StringComparer.Ordinal);

    public ContosoFiles(string folder)
    {
        _byContact = Read("Contact.txt").ToDictionary(row => row["ContactId"], row => new Person { Contact = row }, StringComparer.Ordinal);
        People.AddRange(_byContact.Values);
        foreach (var row in Read("Customer-Loyalty.txt"))
        {
            if (!_byContact.TryGetValue(row["ContactId"], out var person))
            {
                People.Add(person = new Person());
            }

            Assert.Null(person.Loyalty);
            person.Loyalty = row;
            _byLoyalty[row["LoyaltyId"]] = person;
        }

        foreach (var row in Read("OnlinePurchases.txt"))
        {
            Add(_byContact, row["ContactId"], new Fact("online_purchase", row["PurchaseId"], Date(row["PurchasedOn"]), row["ProductId"], Money(row["TotalPrice"])));
        }

        foreach (var row in Read("POSPurchases.txt"))
        {
            Add(_byLoyalty, row["LoyaltyId"], new Fact("store_purchase", row["PurchaseId"], Date(row["PurchasedOn"]), row["ProductId"], Money(row["TotalPrice"])));
        }

        foreach (var row in Read("WebsiteReviews_LinkedToEcommerceContacts.txt"))
        {
            Add(_byContact, row["UserId"], new Fact("review", row["ReviewId"], Date(row["ReviewDate"]), row["ReviewText"], Money(row["ReviewRating"])));
        }

        List<Dictionary<string, string>> Read(string name) => CsvFile.Read(Path.Combine(folder, name));
    }

    /// <summary>Where the data is, or null.</summary>
    public static string? Folder { get; } = Find();

    public List<Person> People { get; } = [];

    /// <summary>Purchases and reviews of nobody in the files, by type.</summary>
    public Dictionary<string, int> OfNobody { get; } = new(StringComparer.Ordinal);

    public IEnumerable<Fact> AllFacts => People.SelectMany(person => person.Facts);

    /// <summary>Both forms occur in the files: <c>5/8/1986</c> and <c>2018-05-08</c>.</summary>
    public static DateOnly Date(string text) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date)
            ? date
            : DateOnly.ParseExact(text, "M/d/yyyy", CultureInfo.InvariantCulture);

    public static decimal Money(string text) => decimal.Parse(text, CultureInfo.InvariantCulture);

    private void Add(Dictionary<string, Person> owners, string owner, Fact fact)
    {
        if (owners.TryGetValue(owner, out var person))
        {
            person.Facts.Add(fact);
        }
        else
        {
            OfNobody[fact.Type] = OfNobody.GetValueOrDefault(fact.Type) + 1;
        }
    }

    private static string? Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "shared", "data", "contoso");
            if (Directory.Exists(candidate))
            {
                return candidate;
            }
        }

        return null;
    }

    /// <summary>Somebody: a contact, a loyalty member, or both, by the truth that matching does not see.</summary>
    internal sealed class Person
    {
        public Dictionary<string, string>? Contact { get; init; }

        public Dictionary<string, string>? Loyalty { get; set; }

        public List<Fact> Facts { get; } = [];

        public decimal Sum(string type) => Facts.Where(fact => fact.Type == type).Sum(fact => fact.Amount);

        public decimal Spend => Sum("online_purchase") + Sum("store_purchase");

        public bool IsUnhappyBuyer =>
            Facts.Any(fact => fact is { Type: "review", Amount: <= 2 })
            && Facts.Count(fact => fact is { Type: "store_purchase", Amount: >= 100 }) >= 2;

        /// <summary>The person's key here: the contact's, or the member's where there is no contact.</summary>
        public string Key => Contact?["ContactId"] ?? Loyalty!["LoyaltyId"];
    }

    /// <summary>A purchase (amount: its price) or a review (amount: its rating).</summary>
    internal sealed record Fact(string Type, string Key, DateOnly On, string What, decimal Amount);
}
