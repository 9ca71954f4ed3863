using System.Buffers;
using System.IO.MemoryMappedFiles;
using Microsoft.Win32.SafeHandles;

namespace CustomerInsights.Host.Features.Columns;

/// <summary>
/// A file in memory as long as anything refers to one of its sections: let go of by the garbage collector, because images are values that anybody may hold.
/// A span does not hold it; whoever reads through one keeps the image alive until the end (<see cref="GC.KeepAlive"/>).
/// </summary>
internal sealed unsafe class MappedFile : SafeHandleZeroOrMinusOneIsInvalid
{
    private static int s_open;

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;

    public MappedFile(string path)
        : base(ownsHandle: true)
    {
        // Shared for deletion: a file that no manifest names goes even while an old image is being read.
        var stream = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read | FileShare.Delete);
        Length = stream.Length;
        _file = MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.Read, HandleInheritability.None, leaveOpen: false);
        _view = _file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        byte* start = null;
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref start);
        SetHandle((nint)start);
        Interlocked.Increment(ref s_open);
    }

    /// <summary>How many files are mapped in this process.</summary>
    public static int Open => Volatile.Read(ref s_open);

    public long Length { get; }

    public ReadOnlyMemory<byte> Section(long at, int length) => at >= 0 && length >= 0 && at <= Length - length
        ? new Manager(this, at, length).Memory
        : throw new FormatException("A section lies outside its file.");

    private byte* Start => (byte*)handle;

    protected override bool ReleaseHandle()
    {
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
        Interlocked.Decrement(ref s_open);
        return true;
    }

    private sealed class Manager(MappedFile file, long at, int length) : MemoryManager<byte>
    {
        public override Span<byte> GetSpan() => new(file.Start + at, length);

        // Mapped memory does not move.
        public override MemoryHandle Pin(int elementIndex = 0) => new(file.Start + at + elementIndex, default, this);

        public override void Unpin()
        {
        }

        protected override void Dispose(bool disposing)
        {
        }
    }
}
