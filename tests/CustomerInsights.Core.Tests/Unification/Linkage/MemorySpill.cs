using CustomerInsights.Core.Unification.Linkage;

namespace CustomerInsights.Core.Tests.Unification.Linkage;

/// <summary>Room that counts: how many bytes came, and how many rooms are still open. Full after so many bytes.</summary>
internal sealed class MemorySpill(long most = long.MaxValue) : ISpill
{
    private readonly long _most = most;

    internal long Bytes { get; private set; }

    internal int Made { get; private set; }

    internal int Open { get; private set; }

    public ISpillRoom Create()
    {
        (Made, Open) = (Made + 1, Open + 1);
        return new Room(this);
    }

    private sealed class Room(MemorySpill spill) : ISpillRoom
    {
        private readonly MemoryStream _stream = new();

        public void Append(ReadOnlySpan<byte> bytes)
        {
            spill.Bytes += bytes.Length;
            if (spill.Bytes > spill._most)
            {
                throw new SpillException("There is no more room.");
            }

            _stream.Seek(0, SeekOrigin.End);
            _stream.Write(bytes);
        }

        public void Rewind() => _stream.Position = 0;

        public void Read(Span<byte> bytes) => _stream.ReadExactly(bytes);

        public void Dispose()
        {
            spill.Open--;
            _stream.Dispose();
        }
    }
}
