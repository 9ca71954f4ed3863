using System.Text.Json;
using CustomerInsights.Connectors.Files;
using CustomerInsights.Sdk;

namespace CustomerInsights.Connectors.Json;

/// <summary>What one file is: its encoding, how its records stand in it and where they begin.</summary>
internal sealed record JsonLayout(FileHead Head, string Encoding, JsonShape Shape, long Offset, long Line)
{
    // What stands before the records (a page's counts, links) is small; it is read as one piece.
    private const int MaxPreamble = 4 << 20;

    /// <summary>What must stay the same while a file grows.</summary>
    public string Traits => $"{Encoding}|{Shape}";

    /// <summary>Looks at a file.</summary>
    public static async ValueTask<JsonLayout> LookAsync(SourceFile file, JsonStreamSettings settings, CancellationToken cancellationToken)
    {
        var head = await FileHead.ReadAsync(file, cancellationToken).ConfigureAwait(false);
        head.RequireText(file.Name, settings.Options.Encoding);
        var encoding = settings.Options.Encoding != TextEncodings.Auto && !TextEncodings.HasUtf16Mark(head.Bytes)
            ? settings.Options.Encoding
            : TextEncodings.Detect(head);
        var (content, start) = await FileContent.OpenAsync(file, head, encoding, 0, cancellationToken).ConfigureAwait(false);
        await using (content.ConfigureAwait(false))
        {
            var preamble = new Preamble(content);
            await preamble.MoreAsync(cancellationToken).ConfigureAwait(false);
            var small = head with { Bytes = head.Bytes[..Math.Min(3, head.Bytes.Length)] };
            if (IsLines(file, settings, preamble.Bytes))
            {
                return new JsonLayout(small, encoding, JsonShape.Lines, start, 1);
            }

            while (true)
            {
                var found = Find(file, settings, preamble.Bytes, preamble.Whole);
                if (found is var (shape, at))
                {
                    return new JsonLayout(small, encoding, shape, start + at, 1 + preamble.Bytes[..at].Count((byte)'\n'));
                }

                if (preamble.Bytes.Length >= MaxPreamble)
                {
                    throw Failure(settings, $"'{file.Name}': the records at '{settings.Options.RecordPath}' do not begin within the first 4 MiB. Check the 'recordPath', or write the array first.");
                }

                await preamble.MoreAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Opens the records of the file, or what is behind those that were read.</summary>
    public async ValueTask<JsonCutter> OpenAsync(SourceFile file, FilePosition from, CancellationToken cancellationToken)
    {
        var (content, _) = await FileContent.OpenAsync(file, Head, Encoding, Math.Max(from.Offset, Offset), cancellationToken).ConfigureAwait(false);
        return from.Offset <= Offset
            ? new JsonCutter(content, file.Name, Shape, Offset, Line)
            : new JsonCutter(content, file.Name, Shape, from.Offset, from.Line);
    }

    private static bool IsLines(SourceFile file, JsonStreamSettings settings, ReadOnlySpan<byte> bytes)
    {
        if (settings.Options.Format != "auto" || settings.RecordPath.Count > 0)
        {
            return settings.Options.Format == "lines";
        }

        var name = FileListing.Plain(file.Name);
        if (name.EndsWith(".jsonl", StringComparison.OrdinalIgnoreCase) || name.EndsWith(".ndjson", StringComparison.OrdinalIgnoreCase))
        {
            return true;
        }

        var text = bytes.Trim(" \t\r\n"u8);
        if (text.Length == 0)
        {
            return true; // An empty file has no records in either form, and may get lines.
        }

        if (text[0] is not ((byte)'{' or (byte)'['))
        {
            throw Failure(settings, $"'{file.Name}' is not JSON: it begins with '{Shown(text[..Math.Min(20, text.Length)])}', not with '{{' or '['. Leave it out of the pattern, or read it with the CSV connector.");
        }

        // An object that is whole on the first line is the first of many; one that is not is a document.
        var end = text.IndexOf((byte)'\n');
        return text[0] == '{' && IsWhole(end < 0 ? text : text[..end]);
    }

    private static string Shown(ReadOnlySpan<byte> text) => System.Text.Encoding.UTF8.GetString(text);

    private static bool IsWhole(ReadOnlySpan<byte> text)
    {
        try
        {
            var reader = new Utf8JsonReader(text, isFinalBlock: true, default);
            return reader.Read() && reader.TrySkip() && !reader.Read();
        }
        catch (JsonException)
        {
            return false;
        }
    }

    /// <summary>Where the records begin. Null: more bytes are needed to tell.</summary>
    private static (JsonShape Shape, int At)? Find(SourceFile file, JsonStreamSettings settings, ReadOnlySpan<byte> bytes, bool whole)
    {
        try
        {
            var reader = new Utf8JsonReader(bytes, whole, default);
            if (!reader.Read())
            {
                return null;
            }

            foreach (var name in settings.RecordPath)
            {
                if (reader.TokenType != JsonTokenType.StartObject)
                {
                    throw Missing($"'{name}' should be in an object, and there is {Kind(reader.TokenType)}");
                }

                var seen = new List<string>();
                while (true)
                {
                    if (!reader.Read())
                    {
                        return null;
                    }

                    if (reader.TokenType == JsonTokenType.EndObject)
                    {
                        throw Missing($"there is no '{name}'. Found: {Suggestion.List(seen)}.{Suggestion.For(name, seen)}".TrimEnd('.'));
                    }

                    var hit = reader.ValueTextEquals(name);
                    seen.Add(reader.GetString()!);
                    if (!reader.Read() || (!hit && !reader.TrySkip()))
                    {
                        return null;
                    }

                    if (hit)
                    {
                        break;
                    }
                }
            }

            return reader.TokenType switch
            {
                JsonTokenType.StartArray => (JsonShape.Array, (int)reader.TokenStartIndex + 1),
                JsonTokenType.StartObject => (JsonShape.Single, (int)reader.TokenStartIndex),
                _ => throw Missing($"there is {Kind(reader.TokenType)}, not an array of records"),
            };
        }
        catch (JsonException error)
        {
            throw Failure(settings, $"'{file.Name}', line {(error.LineNumber ?? 0) + 1}: this is not JSON ({error.Message.Split(" LineNumber", 2)[0]}). Write or copy it again.");
        }

        PluginException Missing(string what) => new(FailureKind.Configuration, $"'{file.Name}', record path '{settings.Options.RecordPath}': {what}{(what.EndsWith('?') ? "" : ".")} Correct the 'recordPath'.")
        {
            ConfigurationPath = settings.Pointer + "/recordPath",
            Stream = settings.Options.Name,
        };
    }

    private static string Kind(JsonTokenType token) => token switch
    {
        JsonTokenType.StartArray => "an array",
        JsonTokenType.StartObject => "an object",
        JsonTokenType.String => "a text",
        JsonTokenType.Number => "a number",
        JsonTokenType.Null => "null",
        _ => "true or false",
    };

    private static PluginException Failure(JsonStreamSettings settings, string message) =>
        new(FailureKind.Data, message) { Stream = settings.Options.Name };

    /// <summary>The beginning of a content, as much of it as is asked for.</summary>
    private sealed class Preamble(Stream content)
    {
        private byte[] _bytes = new byte[64 * 1024];
        private int _length;

        public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _length);

        public bool Whole { get; private set; }

        public async ValueTask MoreAsync(CancellationToken cancellationToken)
        {
            if (_length == _bytes.Length)
            {
                Array.Resize(ref _bytes, _bytes.Length * 2);
            }

            var wanted = _bytes.Length - _length;
            var read = await content.ReadAtLeastAsync(_bytes.AsMemory(_length), wanted, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            _length += read;
            Whole = read < wanted;
        }
    }
}
