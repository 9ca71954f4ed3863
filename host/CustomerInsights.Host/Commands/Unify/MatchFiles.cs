using System.Globalization;
using System.Text.RegularExpressions;
using CsvHelper;
using CustomerInsights.Core.Unification.Linkage;

namespace CustomerInsights.Host.Commands.Unify;

/// <summary>Records of one or more CSV files with the same header, as columns, with the truth where a column tells it.</summary>
internal sealed class MatchFiles
{
    private const int Sampled = 2000;

    private MatchFiles(IReadOnlyList<MatchColumn> columns, IReadOnlyList<int> sources, IReadOnlyList<int>? truth) => (Columns, Sources, Truth) = (columns, sources, truth);

    internal IReadOnlyList<MatchColumn> Columns { get; }

    internal IReadOnlyList<int> Sources { get; }

    internal IReadOnlyList<int>? Truth { get; }

    /// <summary>Reads the files.</summary>
    /// <exception cref="InvalidDataException">A file has another header, or the column of the truth is not there.</exception>
    internal static async Task<MatchFiles> ReadAsync(IReadOnlyList<string> files, string? truthColumn, Regex? truthPattern, MatchSettings settings, CancellationToken cancellationToken)
    {
        var header = Header(files[0]);
        if (files.FirstOrDefault(file => !Header(file).SequenceEqual(header, StringComparer.Ordinal)) is { } other)
        {
            throw new InvalidDataException($"{other} has other columns than {files[0]}; files that are matched with each other need the same header.");
        }

        var truthAt = truthColumn is null ? -1 : Array.IndexOf(header, truthColumn);
        if (truthColumn is not null && truthAt < 0)
        {
            throw new InvalidDataException($"There is no column '{truthColumn}'; there are {string.Join(", ", header)}.");
        }

        var builders = Builders(files[0], header, truthAt, settings);
        var (sources, names) = (new List<int>(), new Dictionary<string, int>(StringComparer.Ordinal));
        var truth = truthAt < 0 ? null : new List<int>();
        var wanted = builders.Select(one => one.At).Append(truthAt).Where(at => at >= 0).ToArray();
        var parallel = new ParallelOptions { CancellationToken = cancellationToken };
        for (var source = 0; source < files.Count; source++)
        {
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
        Parallel.For(0, columns.Length, parallel, i => columns[i] = builders[i].Builder.Build());
        return new(columns, sources, truth);

        void Take(RowBatch batch, int at)
        {
            for (var row = 0; row < batch.Rows; row++)
            {
                if (at < builders.Count)
                {
                    builders[at].Builder.Add(batch[row, at].Trim());
                }
                else
                {
                    truth!.Add(Number(names, Name(batch[row, at].ToString(), truthPattern)));
                }
            }
        }
    }

    private static List<(int At, MatchColumnBuilder Builder)> Builders(string file, string[] header, int truthAt, MatchSettings settings)
    {
        var samples = header.Select(_ => new List<string>()).ToArray();
        using (var csv = Open(file))
        {
            for (var row = 0; row < Sampled && csv.Read(); row++)
            {
                for (var i = 0; i < header.Length && i < csv.FieldCount; i++)
                {
                    samples[i].Add(csv.GetString(i));
                }
            }
        }

        var guessed = FieldGuess.Of(header, samples);
        return
        [
            .. header.Select((name, at) => (name, at)).Where(one => one.at != truthAt)
                .Select(one => (one.at, one.name, Type: settings.Fields.TryGetValue(one.name, out var type) ? type : guessed[one.at]))
                .Where(one => one.Type != MatchFieldType.Ignored)
                .Select(one => (one.at, new MatchColumnBuilder(one.name, one.Type))),
        ];
    }

    private static string[] Header(string file)
    {
        using var stream = new StreamReader(file);
        return [.. (stream.ReadLine() ?? "").Split(',').Select(name => name.Trim().Trim('"'))];
    }

    private static CsvReader Open(string file) => CsvReader.Create(File.OpenRead(file), new CsvReaderOptions { Separator = ',' });

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
