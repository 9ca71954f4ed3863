using System.Globalization;
using System.Text;
using System.Text.Json;
using CustomerInsights.Sdk;
using HandlebarsDotNet;

namespace CustomerInsights.Exports.Webhook;

/// <summary>A body by a Handlebars template. Whatever a value holds, it cannot leave its place: all output is encoded for the media type, and JSON is read again.</summary>
internal sealed class TemplatePayload : Payload
{
    private readonly HandlebarsTemplate<TextWriter, object, object> _template;

    /// <exception cref="PluginException">Configuration: the template cannot be used.</exception>
    public TemplatePayload(string template, string contentType)
    {
        ContentType = contentType;
        if (Fault(template) is { } fault)
        {
            throw Refused(fault);
        }

        var handlebars = Handlebars.Create(new HandlebarsConfiguration
        {
            TextEncoder = new ValueEncoder(contentType),
            FormatProvider = CultureInfo.InvariantCulture,
            ThrowOnUnresolvedBindingExpression = false,
        });
        handlebars.Configuration.FormatterProviders.Add(new PlainFormatters());
        if (contentType == WebhookOptions.Json)
        {
            handlebars.RegisterHelper("json", (EncodedTextWriter output, Context _, Arguments arguments) =>
                output.WriteSafeString(JsonText.Of(arguments.Length == 1 ? arguments[0] : null)));
        }

        try
        {
            using var text = new StringReader(template);
            _template = handlebars.Compile(text);
        }
        catch (HandlebarsException error)
        {
            throw Refused($"This is no Handlebars template: {error.Message}");
        }
    }

    public override string ContentType { get; }

    public override byte[]? Write(Delivery delivery, int most)
    {
        using var text = new LimitedWriter(most);
        try
        {
            _template(text, Values(delivery), new Dictionary<string, object>(StringComparer.Ordinal));
        }
        catch (Exception error) when (LimitedWriter.IsFull(error))
        {
            return null;
        }
        catch (HandlebarsException error)
        {
            throw Refused($"The template cannot be filled: {error.Message}");
        }

        var body = Encoding.UTF8.GetBytes(text.ToString());
        if (body.Length > most)
        {
            return null;
        }

        if (ContentType == WebhookOptions.Json)
        {
            Check(body);
        }

        return body;
    }

    private static void Check(byte[] body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
        }
        catch (JsonException error)
        {
            // The text itself holds people's data; the place is enough.
            throw Refused(string.Create(CultureInfo.InvariantCulture, $"What the template makes is not JSON at line {error.LineNumber + 1}, byte {error.BytePositionInLine + 1}. Write values as {{{{json fields.name}}}}, which quotes what needs quotes and writes null for nothing."));
        }
    }

    private static string? Fault(string template) =>
        Holds(template, "{{{", "{{&", "{{~&", "{{~{") ? "Output that is not encoded, {{{…}}} or {{&…}}, is not allowed: a value could change the body around it."
        : Holds(template, "{{>", "{{#>", "{{~>", "{{~#>", "{{#*", "{{~#*", "{{*") ? "Partials and inline definitions are not allowed; write the body out."
        : null;

    private static bool Holds(string template, params ReadOnlySpan<string> marks)
    {
        foreach (var mark in marks)
        {
            if (template.Contains(mark, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    private static PluginException Refused(string message) => new(FailureKind.Configuration, message.Length > 900 ? message[..900] : message) { ConfigurationPath = "/template" };

    // Types of the framework alone: the library keeps what it learns of types.
    private static Dictionary<string, object?> Values(Delivery delivery)
    {
        var job = delivery.Job;
        var members = delivery.Members.Select(object (member) => Member(job, member)).ToList();
        return new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["id"] = delivery.Id,
            ["created"] = delivery.Created,
            ["export"] = job.ExportName,
            ["segment"] = job.SegmentName,
            ["run"] = job.RunId,
            ["generation"] = job.Generation,
            ["members"] = members,
            ["member"] = members.Count == 1 ? members[0] : null,
        };
    }

    private static Dictionary<string, object?> Member(ExportJob job, ExportMember member)
    {
        var fields = new Dictionary<string, object?>(StringComparer.Ordinal);
        for (var i = 0; i < job.Fields.Count; i++)
        {
            fields[job.Fields[i].Name] = i < member.Values.Count ? Plain(member.Values[i]) : null;
        }

        return new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["profile"] = member.ProfileId,
            ["change"] = Delivery.Word(member.Change),
            ["added"] = member.Change == MemberChange.Added,
            ["changed"] = member.Change == MemberChange.Changed,
            ["removed"] = member.Change == MemberChange.Removed,
            ["fields"] = fields,
        };
    }

    private static object? Plain(FieldValue value) => value.Kind switch
    {
        FieldKind.Null => null,
        FieldKind.Integer => value.AsInteger(),
        FieldKind.Number => value.AsNumber(),
        FieldKind.Decimal => value.AsDecimal(),
        FieldKind.Boolean => value.AsBoolean(),
        FieldKind.TextList => value.AsList().ToList(),
        _ => value.ToString(),
    };
}
