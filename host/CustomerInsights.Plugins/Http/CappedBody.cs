using System.Globalization;
using CustomerInsights.Plugins.Boundary;
using CustomerInsights.Sdk;

namespace CustomerInsights.Plugins.Http;

/// <summary>How much of a body has been read, and what ends it.</summary>
/// <param name="asked">The request, for messages.</param>
/// <param name="limits">Bytes and time.</param>
/// <param name="clock">The clock of the time.</param>
/// <param name="ended">Called once, with the bytes that came.</param>
internal sealed class CappedBody(string asked, PluginHttpLimits limits, TimeProvider clock, Action<long> ended)
{
    private long _bytes;
    private bool _ended;

    /// <summary>Counts a piece; 0 bytes are the end.</summary>
    /// <exception cref="PluginException">Data: it is too large.</exception>
    internal int Take(int bytes)
    {
        if (bytes == 0)
        {
            End();
        }
        else if (Interlocked.Add(ref _bytes, bytes) > limits.ResponseBytes)
        {
            End();
            throw TooLarge(asked, limits.ResponseBytes);
        }

        return bytes;
    }

    /// <summary>Reads a piece, in limited time.</summary>
    /// <exception cref="PluginException">Data: too large. Transient: nothing came for too long, or the connection broke.</exception>
    internal async ValueTask<int> ReadAsync(Stream from, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        using var late = new CancellationTokenSource(limits.Idle, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken, late.Token);
        try
        {
            return Take(await from.ReadAsync(buffer, either.Token));
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested && late.IsCancellationRequested)
        {
            throw Broken($"Nothing came for {PluginBoundary.Spoken(limits.Idle)}.", null);
        }
        catch (Exception error) when (error is IOException or HttpRequestException or InvalidDataException)
        {
            throw Broken(error.Message, error);
        }
    }

    /// <summary>Reads a piece on the caller's thread; the time is limited by the connection.</summary>
    internal int Read(Stream from, Span<byte> buffer)
    {
        try
        {
            return Take(from.Read(buffer));
        }
        catch (Exception error) when (error is IOException or HttpRequestException or InvalidDataException)
        {
            throw Broken(error.Message, error);
        }
    }

    internal void End()
    {
        if (!Interlocked.Exchange(ref _ended, true))
        {
            ended(Interlocked.Read(ref _bytes));
        }
    }

    internal static PluginException TooLarge(string asked, long most) => new(
        FailureKind.Data,
        string.Create(CultureInfo.InvariantCulture, $"The response to {asked} has more than {most / 1024 / 1024} MB, which is the most that a plugin gets at once. Ask for smaller pages, or for parts of the file (Range)."));

    private PluginException Broken(string why, Exception? cause)
    {
        End();
        return new PluginException(
            FailureKind.Transient,
            string.Create(CultureInfo.InvariantCulture, $"The response to {asked} broke off after {Interlocked.Read(ref _bytes):N0} bytes. {FailureText.Cut(why, 200)}"),
            cause);
    }
}
