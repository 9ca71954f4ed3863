using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using HandlebarsDotNet;
using HandlebarsDotNet.IO;

namespace CustomerInsights.Exports.Webhook;

/// <summary>Writes values so that they mean nothing but themselves in a body of this media type.</summary>
internal sealed class ValueEncoder(string contentType) : ITextEncoder
{
    public void Encode(StringBuilder? text, TextWriter target) => Encode(text?.ToString(), target);

    public void Encode(string? text, TextWriter target)
    {
        var value = text ?? "";
        switch (contentType)
        {
            case "application/x-www-form-urlencoded":
                target.Write(Uri.EscapeDataString(value));
                break;
            case "application/xml":
                System.Text.Encodings.Web.HtmlEncoder.Default.Encode(target, new string([.. value.Where(IsXml)]));
                break;
            case "text/plain":
                target.Write(value);
                break;
            default:
                JavaScriptEncoder.Default.Encode(target, value);
                break;
        }
    }

    public void Encode<T>(T? text, TextWriter target)
        where T : IEnumerator<char>
    {
        var all = new StringBuilder();
        while (text?.MoveNext() == true)
        {
            all.Append(text.Current);
        }

        Encode(all.ToString(), target);
    }

    // XML 1.0 has no way to write other control characters, not even by their numbers.
    private static bool IsXml(char one) => one is >= ' ' and not ('\ufffe' or '\uffff') or '\t' or '\n' or '\r';
}

/// <summary>Booleans as JSON and JavaScript write them, numbers in no culture.</summary>
internal sealed class PlainFormatters : IFormatterProvider, IFormatter
{
    public bool TryCreateFormatter(Type type, out IFormatter formatter)
    {
        formatter = this;
        return type == typeof(bool) || type == typeof(double) || type == typeof(decimal) || type == typeof(long);
    }

    public void Format<T>(T value, in EncodedTextWriter writer) => writer.Write(JsonText.Of(value), encode: false);
}

/// <summary>A value as JSON.</summary>
internal static class JsonText
{
    /// <summary>The text.</summary>
    /// <param name="value">Of a type of the framework; null or what is not known gives null.</param>
    public static string Of(object? value) => value switch
    {
        string text => $"\"{JsonEncodedText.Encode(text)}\"",
        bool flag => flag ? "true" : "false",
        double number => number.ToString("R", CultureInfo.InvariantCulture),
        decimal or long or int => Convert.ToString(value, CultureInfo.InvariantCulture)!,
        IReadOnlyDictionary<string, object?> some => $"{{{string.Join(',', some.Select(pair => $"{Of(pair.Key)}:{Of(pair.Value)}"))}}}",
        IEnumerable<object?> list => $"[{string.Join(',', list.Select(Of))}]",
        _ => "null",
    };
}
