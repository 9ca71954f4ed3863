using System.Text;
using System.Text.Json;

namespace CustomerInsights.Plugins.Schema;

/// <summary>
/// A schema of the JSON Schema 2020-12 subset that manifests, connector configurations and recipes use. Immutable and safe
/// for any thread. Unknown keywords are refused when the schema is loaded: a misspelt rule must not silently allow everything.
/// </summary>
/// <remarks>
/// Keywords: <c>$ref</c> (local), <c>type enum const required properties additionalProperties patternProperties items
/// minItems maxItems uniqueItems minLength maxLength pattern minimum maximum exclusiveMinimum allOf if then not oneOf format</c>;
/// annotations: <c>$schema $id $defs $comment title description default examples deprecated readOnly writeOnly</c> and any
/// that begins with <c>x-</c>. <c>oneOf</c> needs a property with a different <c>const</c> in every branch, so that a form
/// knows which branch is meant and a message speaks of that branch only. <c>format</c> gives warnings.
/// </remarks>
public sealed class JsonSchema
{
    /// <summary>Most characters of a schema or of a document given as text: 1,048,576.</summary>
    public const int MaxCharacters = 1024 * 1024;

    private readonly SchemaNode _root;

    private JsonSchema(SchemaNode root, JsonElement document)
    {
        _root = root;
        Document = document;
    }

    /// <summary>The schema itself, to be handed to a form.</summary>
    public JsonElement Document { get; }

    /// <summary>The schema as JSON text.</summary>
    public string RawJson => Document.GetRawText();

    /// <summary>Loads a schema.</summary>
    /// <param name="json">JSON text, at most <see cref="MaxCharacters"/>.</param>
    /// <returns>The schema.</returns>
    /// <exception cref="SchemaException">It cannot be used; says all that is wrong with it.</exception>
    public static JsonSchema Load(string json)
    {
        var problems = new List<SchemaProblem>();
        return JsonText.TryParse(json, problems) is { } document ? Load(document) : throw new SchemaException(problems);
    }

    /// <summary>Loads a schema.</summary>
    /// <param name="utf8Json">UTF-8 JSON text, with or without a byte-order mark.</param>
    /// <returns>The schema.</returns>
    /// <exception cref="SchemaException">It cannot be used; says all that is wrong with it.</exception>
    public static JsonSchema Load(ReadOnlyMemory<byte> utf8Json) => Load(Encoding.UTF8.GetString(utf8Json.Span).TrimStart('\uFEFF'));

    /// <summary>Loads a schema.</summary>
    /// <param name="schema">The schema; copied, so its document may be disposed.</param>
    /// <returns>The schema.</returns>
    /// <exception cref="SchemaException">It cannot be used; says all that is wrong with it.</exception>
    public static JsonSchema Load(JsonElement schema)
    {
        var own = schema.Clone();
        if (JsonText.HalfCharacter(own) is { } half)
        {
            throw new SchemaException([half]);
        }

        var reader = new SchemaReader(own);
        var root = reader.Read();
        return reader.Problems.Count == 0 ? new JsonSchema(root, own) : throw new SchemaException(reader.Problems);
    }

    /// <summary>Checks a value.</summary>
    /// <param name="value">The value.</param>
    /// <returns>What is wrong, in document order, at most 100 problems; empty when all is well. Entries may be warnings.</returns>
    public IReadOnlyList<SchemaProblem> Validate(JsonElement value)
    {
        if (JsonText.HalfCharacter(value) is { } half)
        {
            return [half];
        }

        var check = new SchemaCheck();
        _root.Check(value, "", check, depth: 0);
        return check.Problems;
    }

    /// <summary>Parses and checks a text; what does not parse is a problem with rule <c>json</c>, duplicate names included.</summary>
    /// <param name="json">JSON text, at most <see cref="MaxCharacters"/>.</param>
    /// <returns>As <see cref="Validate(JsonElement)"/>.</returns>
    public IReadOnlyList<SchemaProblem> Validate(string json)
    {
        var problems = new List<SchemaProblem>();
        return JsonText.TryParse(json, problems) is { } document ? Validate(document) : problems;
    }
}
