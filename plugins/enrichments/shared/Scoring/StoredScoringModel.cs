using System.IO.Compression;
using System.Security.Cryptography;
using System.Text;
using CustomerInsights.Enrichments.Predictions.Learning;

namespace CustomerInsights.Enrichments.Predictions.Scoring;

/// <summary>A model as it is kept between runs.</summary>
/// <param name="Settings">A fingerprint of the settings that it was made with.</param>
/// <param name="TrainedAt">The moment up to which it knows.</param>
/// <param name="Version">Its name: the day and a piece of the fingerprint of its data.</param>
/// <param name="Shapes">What attributes are.</param>
/// <param name="Model">The model.</param>
/// <param name="Report">What its training said.</param>
internal sealed record StoredScoringModel(string Settings, DateTimeOffset TrainedAt, string Version, IReadOnlyList<AttributeShape> Shapes, ScoringModel Model, StoredReport Report)
{
    /// <summary>More bytes are not stored.</summary>
    public const int MostBytes = 12 * 1024 * 1024;

    private const int MostUnpacked = 64 * 1024 * 1024;
    private static readonly byte[] Magic = "CI-SCORE-1"u8.ToArray();

    /// <summary>As bytes: a mark with the version of the format, the SHA-256 of what follows, and that, deflated.</summary>
    public byte[] ToBytes()
    {
        using var packed = new MemoryStream();
        using (var deflate = new DeflateStream(packed, CompressionLevel.Optimal, leaveOpen: true))
        using (var writer = new BinaryWriter(deflate, Encoding.UTF8))
        {
            writer.Write(Settings);
            writer.Write(TrainedAt.UtcTicks);
            writer.Write(Version);
            writer.Write(Shapes.Count);
            foreach (var shape in Shapes)
            {
                writer.Write((byte)shape);
            }

            Model.Plan.Write(writer);
            Model.Blend.Write(writer);
            Model.Baseline.Write(writer);
            Report.Write(writer);
        }

        var body = packed.ToArray();
        return [.. Magic, .. SHA256.HashData(body), .. body];
    }

    /// <summary>From bytes.</summary>
    /// <param name="bytes">What was stored.</param>
    /// <returns>The model, or null where the bytes are damaged, or of another format.</returns>
    public static StoredScoringModel? Of(ReadOnlyMemory<byte> bytes)
    {
        var head = Magic.Length + SHA256.HashSizeInBytes;
        if (bytes.Length <= head || bytes.Length > MostBytes || !bytes.Span.StartsWith(Magic) || !SHA256.HashData(bytes.Span[head..]).AsSpan().SequenceEqual(bytes.Span[Magic.Length..head]))
        {
            return null;
        }

        try
        {
            using var unpacked = new MemoryStream();
            using (var deflate = new DeflateStream(new MemoryStream(bytes[head..].ToArray()), CompressionMode.Decompress))
            {
                Span<byte> buffer = new byte[81_920];
                for (int read; (read = deflate.Read(buffer)) > 0;)
                {
                    unpacked.Write(buffer[..read]);
                    if (unpacked.Length > MostUnpacked)
                    {
                        return null;
                    }
                }
            }

            unpacked.Position = 0;
            using var reader = new BinaryReader(unpacked, Encoding.UTF8);
            var (settings, at, version) = (reader.ReadString(), new DateTimeOffset(reader.ReadInt64(), TimeSpan.Zero), reader.ReadString());
            var shapes = reader.ReadArray(static from => (AttributeShape)from.ReadByte(), FeatureBins.Most);
            var plan = ColumnPlan.Read(reader);
            var blend = BlendModel.Read(reader, plan.Columns.Count);
            return new StoredScoringModel(settings, at, version, shapes, new ScoringModel(plan, blend, DriftBaseline.Read(reader, plan)), StoredReport.Read(reader));
        }
        catch (Exception error) when (error is IOException or InvalidDataException or ArgumentException or FormatException or OverflowException)
        {
            return null;
        }
    }
}
