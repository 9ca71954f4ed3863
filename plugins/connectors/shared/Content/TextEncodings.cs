using System.Text;
using CustomerInsights.Sdk;

namespace CustomerInsights.Connectors.Files;

/// <summary>Names, detects and opens encodings. Everything behind this sees UTF-8.</summary>
internal static class TextEncodings
{
    public const string Auto = "auto";
    public const string Utf8 = "utf-8";

    /// <summary>The settings' names.</summary>
    public static IReadOnlyList<string> Names { get; } = [Auto, Utf8, "utf-16", "windows-1252", "iso-8859-1"];

    /// <summary>
    /// A byte order mark decides; else strict UTF-8, if the sample is that; else windows-1252, in which every byte means
    /// something and which covers Western European files that are not UTF-8.
    /// </summary>
    public static string Detect(FileHead head)
    {
        if (HasUtf16Mark(head.Bytes))
        {
            return head.Bytes[0] == 0xff ? "utf-16" : "utf-16be";
        }

        return Utf8.Equals(Unmarked(head), StringComparison.Ordinal) ? Utf8 : "windows-1252";
    }

    public static bool HasUtf16Mark(ReadOnlySpan<byte> bytes) => bytes.StartsWith((ReadOnlySpan<byte>)[0xff, 0xfe]) || bytes.StartsWith((ReadOnlySpan<byte>)[0xfe, 0xff]);

    public static bool HasUtf8Mark(ReadOnlySpan<byte> bytes) => bytes.StartsWith((ReadOnlySpan<byte>)[0xef, 0xbb, 0xbf]);

    /// <summary>The encoding behind a name.</summary>
    public static Encoding Get(string name) => name switch
    {
        Utf8 => Encoding.UTF8,
        "utf-16" => Encoding.Unicode,
        "utf-16be" => Encoding.BigEndianUnicode,
        "iso-8859-1" => Encoding.Latin1,
        // The provider is asked directly: registering it would change the whole host.
        "windows-1252" => CodePagesEncodingProvider.Instance.GetEncoding(1252)!,
        _ => throw new PluginException(FailureKind.Configuration, $"The encoding '{name}' is not known. Choose one of {string.Join(", ", Names)}."),
    };

    private static string Unmarked(FileHead head)
    {
        var sample = head.Bytes.AsSpan();
        if (!head.Whole)
        {
            // The cut may go through a character: up to three bytes of it stand at the end.
            for (var back = 1; back <= 3 && back <= sample.Length; back++)
            {
                if ((sample[^back] & 0xc0) == 0xc0)
                {
                    sample = sample[..^back];
                    break;
                }
            }
        }

        return System.Text.Unicode.Utf8.IsValid(sample) ? Utf8 : "";
    }
}
