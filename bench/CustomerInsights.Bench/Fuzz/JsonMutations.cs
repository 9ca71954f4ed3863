using System.Diagnostics.CodeAnalysis;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace CustomerInsights.Bench.Fuzz;

/// <summary>
/// Changes a JSON document by a seed where its meaning is: members gone, twice, of another kind, far too long, too deep or too many; and
/// now and then its bytes. Noise alone would die at the first brace.
/// </summary>
[SuppressMessage("Security", "CA5394", Justification = "A generator of test data must be repeatable, not secret.")]
internal static class JsonMutations
{
    // JSON can hold what no text can; a tree of it cannot, so it is put in at the end.
    private const string LoneSurrogate = "lone-surrogate";

    private const int MostAdded = 1_000_000;

    private static readonly string[] s_values =
    [
        "null", "true", "[]", "{}", "0", "-1", "1e400", "9223372036854775808", "0.1", "\"\"", "\"\\u0000\"", "\"" + LoneSurrogate + "\"", "\"../../etc/passwd\"", "\"lib/..\\\\x.dll\"",
        "\"[0.9.0,1.0.0)\"", "\"[1.0.0,0.9.0)\"", "\"[99999999999.0.0,)\"", "\"1.2.3-\"", "\"01.2.3\"", "\"latest\"", "\"http://[::1\"", "\"9999-12-31T23:59:59Z\"", "\"0001-01-01T00:00:00+14:00\"",
        "\"(a+)+$\"", "\"^(?:(a|a)*)*$\"", "[[[[[[[[]]]]]]]]", "[null]", "{\"\":{}}", "{\"__proto__\":1}", "\"\\u202etxt.exe\"", "\"COM1\"", "\"AAAA\"",
    ];

    /// <summary>A document of another meaning than <paramref name="source"/>, as UTF-8.</summary>
    internal static byte[] Apply(string source, Random random)
    {
        var root = JsonNode.Parse(source)!;
        for (var times = random.Next(1, 5); times > 0; times--)
        {
            One(root, random);
        }

        var text = root.ToJsonString().Replace(LoneSurrogate, "\\ud800", StringComparison.Ordinal);
        text = random.Next(12) switch
        {
            // A name twice is something that a tree cannot hold.
            0 => "{\"id\":\"a.b\"," + text[1..],
            1 => Nested(random.Next(20, 3000), text),
            2 => text[..random.Next(text.Length)],
            _ => text,
        };
        var bytes = Encoding.UTF8.GetBytes(text);
        return random.Next(5) == 0 ? Mutations.Apply(bytes, random) : bytes;
    }

    private static string Nested(int depth, string text) => "{\"x-deep\":" + new string('[', depth) + new string(']', depth) + "," + text[1..];

    private static void One(JsonNode root, Random random)
    {
        var places = Places(root).ToList();
        if (places.Count == 0)
        {
            return;
        }

        var (parent, key) = places[random.Next(places.Count)];
        switch (random.Next(7))
        {
            case 0:
                Remove(parent, key);
                break;
            case 1:
                Set(parent, key, Long(random));
                break;
            case 2 when parent is JsonObject members:
                members["x" + random.Next(100)] = Value(random);
                break;
            case 3 when parent is JsonArray list:
                // Many, but not many times something huge: the readers are to be measured and not this.
                var room = MostAdded / (1 + (list[0]?.ToJsonString().Length ?? 0));
                for (var i = Math.Min(random.Next(1, 400), room); i > 0; i--)
                {
                    list.Add(list[0]?.DeepClone());
                }

                break;
            case 4:
                // From somewhere else in the document: right in itself, wrong here.
                var (other, from) = places[random.Next(places.Count)];
                Set(parent, key, Get(other, from)?.DeepClone());
                break;
            default:
                Set(parent, key, Value(random));
                break;
        }
    }

    private static JsonNode? Value(Random random) => JsonNode.Parse(s_values[random.Next(s_values.Length)]);

    private static JsonValue Long(Random random) => JsonValue.Create(new string((char)random.Next(32, 0x3000), 1 << random.Next(4, 18)));

    private static IEnumerable<(JsonNode Parent, object Key)> Places(JsonNode? node) => node switch
    {
        JsonObject members => members.SelectMany(member => Places(member.Value).Prepend((members, member.Key))),
        JsonArray list => list.SelectMany((item, i) => Places(item).Prepend((list, i))),
        _ => [],
    };

    private static JsonNode? Get(JsonNode parent, object key) => parent switch
    {
        JsonObject members => members.TryGetPropertyValue((string)key, out var value) ? value : null,
        JsonArray list when (int)key < list.Count => list[(int)key],
        _ => null,
    };

    private static void Set(JsonNode parent, object key, JsonNode? value)
    {
        if (parent is JsonObject members)
        {
            members[(string)key] = value;
        }
        else if (parent is JsonArray list && (int)key < list.Count)
        {
            list[(int)key] = value;
        }
    }

    private static void Remove(JsonNode parent, object key)
    {
        if (parent is JsonObject members)
        {
            members.Remove((string)key);
        }
        else if (parent is JsonArray list && (int)key < list.Count)
        {
            list.RemoveAt((int)key);
        }
    }
}
