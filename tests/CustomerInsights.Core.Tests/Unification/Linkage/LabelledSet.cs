using CustomerInsights.Core.Unification.Linkage;

namespace CustomerInsights.Core.Tests.Unification.Linkage;

/// <summary>Skips, and says why, where the public labelled records are not on this machine.</summary>
[AttributeUsage(AttributeTargets.Method)]
public sealed class LabelledTheoryAttribute : TheoryAttribute
{
    public LabelledTheoryAttribute()
    {
        if (LabelledSet.Folder is null)
        {
            Skip = "No folder 'shared/data/unification' above the test assembly: the check against labelled data did not run.";
        }
    }
}

/// <summary>A public set of records with the truth, read as <c>unify evaluate</c> reads it. No file quotes a value.</summary>
internal sealed class LabelledSet
{
    private const int Sampled = 2000;

    private LabelledSet(MatchColumn[] columns, int[] truth) => (Columns, Truth) = (columns, truth);

    internal static string? Folder { get; } = Find();

    internal MatchColumn[] Columns { get; }

    internal int[] Truth { get; }

    internal static LabelledSet Read(string file, string truth)
    {
        var rows = File.ReadAllLines(Path.Combine(Folder!, file)).Select(line => Array.ConvertAll(line.Split(','), cell => cell.Trim())).ToArray();
        var (header, at) = (rows[0], Array.IndexOf(rows[0], truth));
        Assert.True(at >= 0 && rows.All(row => row.Length == header.Length), $"{file} has a row of another length, or no column {truth}.");
        var types = FieldGuess.Of(header, [.. header.Select((_, field) => rows.Skip(1).Take(Sampled).Select(row => row[field]).ToList())]);
        var columns = header.Select((name, field) => (name, field)).Where(one => one.field != at && types[one.field] != MatchFieldType.Ignored).Select(one =>
        {
            var builder = new MatchColumnBuilder(one.name, types[one.field]);
            Array.ForEach(rows[1..], row => builder.Add(row[one.field]));
            return builder.Build();
        });

        // FEBRL tells the person in its record number: rec-17-org, rec-17-dup-0.
        var names = rows.Skip(1).Select(row => row[at].StartsWith("rec-", StringComparison.Ordinal) ? row[at].Split('-')[1] : row[at]).ToList();
        var numbers = names.Distinct(StringComparer.Ordinal).Select((name, number) => (name, number)).ToDictionary(one => one.name, one => one.number, StringComparer.Ordinal);
        return new([.. columns], [.. names.Select(name => numbers[name])]);
    }

    private static string? Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var data = Path.Combine(folder.FullName, "shared", "data", "unification");
            if (File.Exists(Path.Combine(data, "febrl_1.csv")))
            {
                return data;
            }
        }

        return null;
    }
}
