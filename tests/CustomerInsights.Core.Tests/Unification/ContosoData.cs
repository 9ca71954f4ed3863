using System.Globalization;
using CustomerInsights.Core.Model;
using CustomerInsights.Core.Unification;

namespace CustomerInsights.Core.Tests.Unification;

/// <summary>Skips, and says why, where the Contoso sample is not on this machine.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class ContosoFactAttribute : FactAttribute
{
    public ContosoFactAttribute()
    {
        if (ContosoData.Folder is null)
        {
            Skip = "No folder 'shared/data/contoso' above the test assembly: the check against real data did not run.";
        }
    }
}

/// <summary>The two Contoso tables of people. CustomerLoyalty.ContactId is the truth and never a match field.</summary>
internal static class ContosoData
{
    public static string? Folder { get; } = Find();

    public static (SourceStream Contacts, SourceStream Loyalty, Dictionary<long, long?> Truth) Read()
    {
        var contacts = Rows("Contact.txt");
        var loyalty = Rows("Customer-Loyalty.txt");
        var people = Stream("contacts", 1, contacts, "ContactId", "M/d/yyyy");
        var members = Stream("loyalty", 1_000_000, loyalty, "LoyaltyId", "yyyy-MM-dd");
        var byKey = people.Nodes.ToDictionary(n => n.Key, n => n.Id, StringComparer.Ordinal);
        var truth = members.Nodes.Zip(loyalty, (node, row) => (node.Id, Contact: byKey.TryGetValue(row["ContactId"], out var id) ? id : (long?)null))
            .ToDictionary(t => t.Id, t => t.Contact);
        return (people, members, truth);
    }

    private static SourceStream Stream(string name, long firstId, List<Dictionary<string, string>> rows, string key, string dates) => new(
        new StreamSchema(name,
        [
            new("FullName", DataType.Text), new("EMail", DataType.Text), new("Telephone", DataType.Text), new("DateOfBirth", DataType.Date),
        ]),
        [.. rows.Select((row, i) => new SourceNode(firstId + i, row[key],
        [
            Text(row["FullName"]), Text(row["EMail"]), Text(row["Telephone"]),
            DateOnly.TryParseExact(row["DateOfBirth"], dates, CultureInfo.InvariantCulture, DateTimeStyles.None, out var born) ? Value.Of(born) : Value.Missing,
        ]))]);

    private static Value Text(string cell) => cell.Length == 0 ? Value.Missing : Value.Of(cell);

    // The two files quote nothing, which the column count proves.
    private static List<Dictionary<string, string>> Rows(string file)
    {
        var lines = File.ReadAllLines(Path.Combine(Folder!, file));
        var header = lines[0].TrimStart('\ufeff').Split(',');
        return [.. lines.Skip(1).Where(l => l.Length > 0).Select((line, i) =>
        {
            var cells = line.Split(',');
            Assert.True(cells.Length == header.Length, $"{file} line {i + 2}: {cells.Length} columns, header has {header.Length}.");
            return header.Zip(cells).ToDictionary(c => c.First, c => c.Second, StringComparer.Ordinal);
        })];
    }

    private static string? Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var data = Path.Combine(folder.FullName, "shared", "data", "contoso");
            if (File.Exists(Path.Combine(data, "Contact.txt")) && File.Exists(Path.Combine(data, "Customer-Loyalty.txt")))
            {
                return data;
            }
        }

        return null;
    }
}
