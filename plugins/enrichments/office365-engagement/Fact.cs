using System.Text;

namespace CustomerInsights.Enrichments.Office365Engagement;

/// <summary>What is remembered of a message or meeting with a contact: keyed hashes and times, nothing that can be read.</summary>
/// <param name="Key">The hash of the id that all copies share.</param>
/// <param name="At">Seconds since 1970: when it was sent, or began.</param>
/// <param name="From">Who sent or invited.</param>
/// <param name="People">Everybody of both sides who took part, <paramref name="From"/> too; each once.</param>
internal sealed record Fact(KeyedHash Key, long At, KeyedHash From, IReadOnlyList<KeyedHash> People)
{
    /// <summary>The conversation of a message, as a hash; 0 for a meeting.</summary>
    public ulong Conversation { get; init; }

    /// <summary>Minutes of a meeting; −1 for a message, −2 for a meeting of whole days, which have no duration.</summary>
    public int Minutes { get; init; } = OfMessage;

    /// <summary>Marks a message.</summary>
    public const int OfMessage = -1;

    /// <summary>Marks a meeting of whole days.</summary>
    public const int OfWholeDays = -2;

    /// <summary>Whether it is a meeting.</summary>
    public bool IsMeeting => Minutes != OfMessage;
}

/// <summary>
/// Facts as bytes: a table of people, then facts that name them by number.
/// <code>
/// count of people (7-bit), each 16 bytes; count of facts (7-bit), each:
///   key 16 bytes · at (7-bit, seconds since 1970) · minutes + 2 (7-bit) · conversation 8 bytes, of messages alone · from (7-bit) · count of people (7-bit), each (7-bit)
/// </code>
/// </summary>
internal static class FactCodec
{
    /// <summary>Writes facts.</summary>
    public static void Write(BinaryWriter writer, IReadOnlyCollection<Fact> facts)
    {
        var table = new Dictionary<KeyedHash, int>();
        var people = new List<KeyedHash>();
        foreach (var person in facts.SelectMany(fact => fact.People.Append(fact.From)))
        {
            if (table.TryAdd(person, people.Count))
            {
                people.Add(person);
            }
        }

        writer.Write7BitEncodedInt(people.Count);
        foreach (var person in people)
        {
            Write(writer, person);
        }

        writer.Write7BitEncodedInt(facts.Count);
        foreach (var fact in facts)
        {
            Write(writer, fact.Key);
            writer.Write7BitEncodedInt64(fact.At);
            writer.Write7BitEncodedInt(fact.Minutes + 2);
            if (!fact.IsMeeting)
            {
                writer.Write(fact.Conversation);
            }

            writer.Write7BitEncodedInt(table[fact.From]);
            writer.Write7BitEncodedInt(fact.People.Count);
            foreach (var person in fact.People)
            {
                writer.Write7BitEncodedInt(table[person]);
            }
        }
    }

    /// <summary>Reads facts.</summary>
    public static List<Fact> Read(BinaryReader reader)
    {
        var people = new KeyedHash[reader.Read7BitEncodedInt()];
        for (var i = 0; i < people.Length; i++)
        {
            people[i] = ReadHash(reader);
        }

        var facts = new List<Fact>();
        for (var left = reader.Read7BitEncodedInt(); left > 0; left--)
        {
            var key = ReadHash(reader);
            var at = reader.Read7BitEncodedInt64();
            var minutes = reader.Read7BitEncodedInt() - 2;
            var conversation = minutes == Fact.OfMessage ? reader.ReadUInt64() : 0;
            var from = people[reader.Read7BitEncodedInt()];
            var involved = new KeyedHash[reader.Read7BitEncodedInt()];
            for (var i = 0; i < involved.Length; i++)
            {
                involved[i] = people[reader.Read7BitEncodedInt()];
            }

            facts.Add(new Fact(key, at, from, involved) { Conversation = conversation, Minutes = minutes });
        }

        return facts;
    }

    /// <summary>As bytes.</summary>
    public static byte[] Bytes(Action<BinaryWriter> write)
    {
        using var stream = new MemoryStream();
        using (var writer = new BinaryWriter(stream, Encoding.UTF8, leaveOpen: true))
        {
            write(writer);
        }

        return stream.ToArray();
    }

    private static void Write(BinaryWriter writer, KeyedHash hash)
    {
        writer.Write(hash.High);
        writer.Write(hash.Low);
    }

    private static KeyedHash ReadHash(BinaryReader reader) => new(reader.ReadUInt64(), reader.ReadUInt64());
}
