namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>Where a run puts what does not fit into its memory.</summary>
public interface ISpill
{
    /// <summary>Makes room outside of memory.</summary>
    /// <returns>Empty room that nobody else sees. Disposing of it leaves nothing behind; nor does the end of the process.</returns>
    /// <exception cref="SpillException">There is no room.</exception>
    ISpillRoom Create();
}

/// <summary>Bytes outside of memory: written once, from first to last, then read in that order as often as wanted. For one thread at a time.</summary>
public interface ISpillRoom : IDisposable
{
    /// <summary>Adds bytes at the end.</summary>
    /// <param name="bytes">The bytes.</param>
    /// <exception cref="SpillException">There is no more room.</exception>
    void Append(ReadOnlySpan<byte> bytes);

    /// <summary>Reads on from the first byte.</summary>
    void Rewind();

    /// <summary>Reads the next bytes.</summary>
    /// <param name="bytes">Filled whole.</param>
    /// <exception cref="SpillException">They cannot be read.</exception>
    void Read(Span<byte> bytes);
}

/// <summary>What did not fit into memory could not be put aside or fetched back.</summary>
/// <param name="message">Why, and what to do.</param>
/// <param name="inner">The error behind it.</param>
public sealed class SpillException(string message, Exception? inner = null) : Exception(message, inner);
