using CsvHelper;
using CustomerInsights.Core.Unification.Linkage;

namespace CustomerInsights.Host.Commands.Unify;

/// <summary>The columns of a file and what their first rows hold.</summary>
/// <param name="File">The file.</param>
/// <param name="Header">The columns' names.</param>
/// <param name="Samples">For each column the values of the first rows.</param>
internal sealed record FileLayout(string File, IReadOnlyList<string> Header, IReadOnlyList<IReadOnlyList<string>> Samples)
{
    private const int Sampled = 2000;

    /// <summary>Reads the beginning of a file.</summary>
    /// <exception cref="InvalidDataException">It has no header, or names a column twice.</exception>
    internal static FileLayout Read(string file)
    {
        using var csv = MatchFiles.Open(file);
        csv.ReadHeader();
        string[] header = [.. csv.Headers.Select(name => name.Trim())];
        if (header.Length == 0)
        {
            throw new InvalidDataException($"{file} is empty; its first line names the columns.");
        }

        if (header.CountBy(name => name, StringComparer.OrdinalIgnoreCase).FirstOrDefault(name => name.Value > 1) is { Value: > 1 } twice)
        {
            throw new InvalidDataException($"{file} has two columns '{twice.Key}'; give one of them another name.");
        }

        var samples = header.Select(_ => new List<string>()).ToArray();
        for (var row = 0; row < Sampled && csv.Read(); row++)
        {
            for (var i = 0; i < header.Length && i < csv.FieldCount; i++)
            {
                samples[i].Add(csv.GetString(i));
            }
        }

        return new(file, header, samples);
    }

    /// <summary>The place of a column, whatever its capitals; −1 when there is none.</summary>
    internal int Find(string name)
    {
        for (var at = 0; at < Header.Count; at++)
        {
            if (string.Equals(Header[at], name, StringComparison.OrdinalIgnoreCase))
            {
                return at;
            }
        }

        return -1;
    }
}

/// <summary>A field as it stands in several files.</summary>
/// <param name="Name">Its name in the first file that has it.</param>
/// <param name="Type">What it holds.</param>
/// <param name="At">Its place in each file; −1 where there is none.</param>
internal sealed record AlignedField(string Name, MatchFieldType Type, int[] At)
{
    /// <summary>
    /// Brings the columns of several files together: by name, whatever the capitals, and, where each file has just one column of a type left, by that.
    /// </summary>
    internal static IReadOnlyList<AlignedField> Of(IReadOnlyList<FileLayout> files, string? truth, MatchSettings settings)
    {
        var fields = new List<AlignedField>();
        for (var file = 0; file < files.Count; file++)
        {
            var types = Types(files[file], settings);
            for (var at = 0; at < types.Count; at++)
            {
                if (types[at] != MatchFieldType.Ignored && !string.Equals(files[file].Header[at], truth, StringComparison.OrdinalIgnoreCase))
                {
                    Put(fields, files, file, at, types);
                }
            }
        }

        return fields;
    }

    private static IReadOnlyList<MatchFieldType> Types(FileLayout file, MatchSettings settings)
    {
        var guessed = FieldGuess.Of(file.Header, file.Samples);
        return [.. file.Header.Select((name, at) => settings.Fields.TryGetValue(name, out var type) ? type : guessed[at])];
    }

    private static void Put(List<AlignedField> fields, IReadOnlyList<FileLayout> files, int file, int at, IReadOnlyList<MatchFieldType> types)
    {
        var name = files[file].Header[at];
        var known = fields.Find(field => string.Equals(field.Name, name, StringComparison.OrdinalIgnoreCase));

        // Of another name: the only column of its type here, and a field of this type that no file has so far but under its own name.
        if (known is null && types.Count(type => type == types[at]) == 1)
        {
            known = fields.FindAll(field => field.Type == types[at]) is [var only] && only.At[file] < 0 && files[file].Find(only.Name) < 0 ? only : null;
        }

        if (known is null)
        {
            fields.Add(known = new(name, types[at], [.. files.Select(_ => -1)]));
        }

        known.At[file] = at;
    }
}
