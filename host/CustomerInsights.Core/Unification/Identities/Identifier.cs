using CustomerInsights.Core.Model;

namespace CustomerInsights.Core.Unification.Identities;

/// <summary>A typed value that names somebody.</summary>
/// <param name="Type"><c>email</c>, <c>user_id</c>…</param>
/// <param name="Value">In the form in which it is stored and looked up.</param>
public readonly record struct Identifier(string Type, string Value)
{
    /// <summary>What a site or app calls somebody who signed in.</summary>
    public const string UserId = "user_id";

    /// <summary>What a browser or device is called.</summary>
    public const string AnonymousId = "anonymous_id";

    /// <summary>An e-mail address.</summary>
    public const string Email = "email";

    /// <summary>A telephone number.</summary>
    public const string Phone = "phone";

    /// <summary>A longer value names nobody: it would be a text in every index.</summary>
    public const int MostCharacters = 1000;

    private const string Semantic = "identity.";

    /// <summary>The identifier type of an attribute: email, phone, or for <c>identity.loyalty_id</c> its last word; null when it names nobody.</summary>
    public static string? TypeOf(string attribute, string? semantic) => semantic switch
    {
        "contact.email" => Email,
        "contact.phone" => Phone,
        not null when semantic.StartsWith(Semantic, StringComparison.Ordinal) && semantic.Length > Semantic.Length => semantic[Semantic.Length..],
        "identity" => attribute,
        _ => null,
    };

    /// <summary>The form in which a value is stored and looked up.</summary>
    public static string Normalise(string type, string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        return type switch
        {
            Email => value.Trim().ToLowerInvariant(),
            Phone => string.Concat(value.Where(char.IsAsciiDigit)),
            _ => value.Trim(),
        };
    }

    /// <summary>The identity that a node of an event source is called by, <c>user_id/42</c>; null when the key is none.</summary>
    public static Identifier? OfKey(string key)
    {
        ArgumentNullException.ThrowIfNull(key);
        var slash = key.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 ? Of(key[..slash], key[(slash + 1)..]) : null;
    }

    /// <summary>An identifier in its stored form; null when nothing is left of the value, or it is too long.</summary>
    public static Identifier? Of(string type, string value) =>
        Normalise(type, value) is { Length: > 0 and <= MostCharacters } normal ? new Identifier(type, normal) : null;
}

/// <summary>Tells by what the records of a stream are named.</summary>
public sealed class StreamIdentifiers
{
    private readonly List<(int Field, string Type)> _fields;

    /// <summary>Looks at the fields of a stream.</summary>
    public StreamIdentifiers(StreamSchema schema)
    {
        ArgumentNullException.ThrowIfNull(schema);
        IsIdentities = schema.IsIdentities;
        _fields = [.. schema.Fields.Select((field, i) => (i, Type: Identifier.TypeOf(field.Name, field.Semantic))).Where(pair => pair.Type is not null).Select(pair => (pair.i, pair.Type!))];
    }

    /// <summary>Whether its records are identities of an event source.</summary>
    public bool IsIdentities { get; }

    /// <summary>What a record is named by: its key first, if that is an identity, then its fields; each once.</summary>
    public IReadOnlyList<Identifier> Of(SourceNode node)
    {
        ArgumentNullException.ThrowIfNull(node);
        var found = new List<Identifier>(_fields.Count + 1);
        if (IsIdentities && Identifier.OfKey(node.Key) is { } named)
        {
            found.Add(named);
        }

        foreach (var (field, type) in _fields)
        {
            if (!node.Values[field].IsMissing && Identifier.Of(type, node.Values[field].ToString()) is { } one && !found.Contains(one))
            {
                found.Add(one);
            }
        }

        return found;
    }
}
