using System.Text.Json;
using CustomerInsights.Core.Model;
using CustomerInsights.Storage.Profiles;

namespace CustomerInsights.Storage.Sqlite.Profiles;

/// <summary>
/// Parts to and from bytes. A part: one byte (1 has from, 2 has to, 4 to is from), the ids as 16 big-endian bytes each, the count of nodes, and the
/// nodes as differences to the one before; numbers in 7 bits a byte, little end first. A profile of two records takes some 20 bytes.
/// </summary>
internal static class LedgerParts
{
    private const byte HasFrom = 1;
    private const byte HasTo = 2;
    private const byte Stays = 4;

    public static byte[] Write(IEnumerable<LedgerPart> parts)
    {
        using var stream = new MemoryStream();
        using var writer = new BinaryWriter(stream);
        foreach (var (from, to, nodes) in parts)
        {
            var stays = from is not null && from == to;
            writer.Write((byte)((from is null ? 0 : HasFrom) | (to is null || stays ? 0 : HasTo) | (stays ? Stays : 0)));
            WriteId(writer, from);
            WriteId(writer, stays ? null : to);
            writer.Write7BitEncodedInt(nodes.Count);
            var last = 0L;
            foreach (var node in nodes)
            {
                writer.Write7BitEncodedInt64(node - last);
                last = node;
            }
        }

        writer.Flush();
        return stream.ToArray();
    }

    public static List<LedgerPart> Read(byte[] bytes)
    {
        using var stream = new MemoryStream(bytes);
        using var reader = new BinaryReader(stream);
        var parts = new List<LedgerPart>();
        while (stream.Position < stream.Length)
        {
            var flags = reader.ReadByte();
            ProfileId? from = (flags & HasFrom) != 0 ? ReadId(reader) : null;
            ProfileId? to = (flags & HasTo) != 0 ? ReadId(reader) : null;
            var nodes = new long[reader.Read7BitEncodedInt()];
            var last = 0L;
            for (var i = 0; i < nodes.Length; i++)
            {
                nodes[i] = last += reader.Read7BitEncodedInt64();
            }

            parts.Add(new LedgerPart(from, (flags & Stays) != 0 ? from : to, nodes));
        }

        return parts;
    }

    /// <summary>An edge as JSON: its nodes, kind and rule.</summary>
    public static string Because(StoredEdge edge) => JsonSerializer.Serialize(new Reason(edge.A, edge.B, (int)edge.Kind, edge.Rule));

    /// <summary>An edge from JSON.</summary>
    public static StoredEdge? Because(string json) =>
        JsonSerializer.Deserialize<Reason>(json) is { } reason ? new StoredEdge(reason.A, reason.B, (EdgeKind)reason.Kind, reason.Rule, 1) : null;

    private static void WriteId(BinaryWriter writer, ProfileId? id)
    {
        if (id is { } some)
        {
            writer.Write(some.Value.ToByteArray(bigEndian: true));
        }
    }

    private static ProfileId ReadId(BinaryReader reader) => new(new Guid(reader.ReadBytes(16), bigEndian: true));

    private sealed record Reason(long A, long B, int Kind, string Rule);
}
