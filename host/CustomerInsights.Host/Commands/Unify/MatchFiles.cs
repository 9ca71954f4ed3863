using System.Globalization;
using System.Text.RegularExpressions;
using CsvHelper;
using CustomerInsights.Core.Unification.Linkage;

namespace CustomerInsights.Host.Commands.Unify;

/// <summary>Records of one or more CSV files, as columns, with the truth where a column tells it.</summary>
internal sealed class MatchFiles
{
    private MatchFiles(IReadOnlyList<MatchColumn> columns, IReadOnlyList<int> sources, IReadOnlyList<int>? truth) => (Columns, Sources, Truth) = (columns, sources, truth);

    internal IReadOnlyList<MatchColumn> Columns { get; }

    internal IReadOnlyList<int> Sources { get; }

    internal IReadOnlyList<int>? Truth { get; }

    /// <summary>Reads the files.</summary>
    /// <exception cref="InvalidDataException">A file has no header, or not the column of the truth.</exception>
    internal static async Task<MatchFiles> ReadAsync(IReadOnlyList<string> files, string? truthColumn, Regex? truthPattern, MatchSettings settings, CancellationToken cancellationToken)
    {
        var layouts = files.Select(FileLayout.Read).ToList();
        if (truthColumn is not null && layouts.Find(layout => layout.Find(truthColumn) < 0) is { } without)
        {
            throw new InvalidDataException($"There is no column '{truthColumn}' in {Path.GetFileName(without.File)}; there are {string.Join(", ", without.Header)}.");
        }

        var fields = AlignedField.Of(layouts, truthColumn, settings);
        var country = fields.ToList().FindIndex(field => MatchColumnBuilder.HoldsCountries(field.Name));
        var builders = fields.Select(field => new MatchColumnBuilder(field.Name, field.Type, settings.Country, country < 0 || field.Type != MatchFieldType.Phone ? null : fields[country].Name)).ToList();
        var (sources, names) = (new List<int>(), new Dictionary<string, int>(StringComparer.Ordinal));
        var truth = truthColumn is null ? null : new List<int>();
        var parallel = new ParallelOptions { CancellationToken = cancellationToken };
        for (var source = 0; source < files.Count; source++)
        {
            int[] wanted = [.. fields.Select(field => field.At[source]), .. truthColumn is null ? [] : new[] { layouts[source].Find(truthColumn) }];
            using var csv = Open(files[source]);
            var (batch, spare) = (new RowBatch(wanted), new RowBatch(wanted));
            batch.Fill(csv);
            while (batch.Rows > 0)
            {
                // The next rows are read while these are taken in, field by field.
                var (current, next) = (batch, spare);
                var reading = Task.Run(() => next.Fill(csv), cancellationToken);
                Parallel.For(0, wanted.Length, parallel, at => Take(current, at));
                sources.AddRange(Enumerable.Repeat(source, current.Rows));
                await reading;
                (batch, spare) = (next, current);
            }
        }

        var columns = new MatchColumn[builders.Count];
        Parallel.For(0, columns.Length, parallel, i => columns[i] = builders[i].Build());
        return new(columns, sources, truth);

        void Take(RowBatch batch, int at)
        {
            var home = at < builders.Count && country >= 0 && fields[at].Type == MatchFieldType.Phone;
            for (var row = 0; row < batch.Rows; row++)
            {
                if (at < builders.Count)
                {
                    builders[at].Add(batch[row, at].Trim(), home ? batch[row, country].Trim() : default);
                }
                else
                {
                    truth!.Add(Number(names, Name(batch[row, at].ToString(), truthPattern)));
                }
            }
        }
    }

    internal static CsvReader Open(string file) => CsvReader.Create(File.OpenRead(file), new CsvReaderOptions { Separator = ',' });

    private static string Name(string value, Regex? pattern) =>
        pattern is null ? value : pattern.Match(value) is { Success: true } found ? found.Groups[found.Groups.Count > 1 ? 1 : 0].Value : value;

    private static int Number(Dictionary<string, int> names, string name)
    {
        if (!names.TryGetValue(name, out var number))
        {
            number = names.Count;
            names.Add(name, number);
        }

        return number;
    }

    internal static string Count(long count) => count.ToString("N0", CultureInfo.InvariantCulture);
}
