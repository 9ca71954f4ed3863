using System.Buffers;
using System.Net.Sockets;

namespace CustomerInsights.Plugins.Workers;

/// <summary>Carries bytes both ways until both sides have ended, one breaks, or nothing moves for too long. A side that is not read holds up the other: nothing is kept but one buffer a way.</summary>
internal static class EgressTunnel
{
    /// <summary>Longer than any wait of the host's client for a body, and than a pooled connection lives.</summary>
    internal static readonly TimeSpan Idle = TimeSpan.FromMinutes(2);

    private const int BufferSize = 32 * 1024;

    internal static async Task RunAsync(NetworkStream worker, NetworkStream server, TimeProvider clock, CancellationToken cancellationToken)
    {
        using var idle = new CancellationTokenSource(Idle, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(idle.Token, cancellationToken);
        var out_ = PumpAsync(worker, server, idle, either.Token);
        var back = PumpAsync(server, worker, idle, either.Token);
        var first = await Task.WhenAny(out_, back);
        if (!first.IsCompletedSuccessfully)
        {
            await either.CancelAsync();
        }

        await Task.WhenAll(out_, back);
    }

    private static async Task PumpAsync(NetworkStream from, NetworkStream to, CancellationTokenSource idle, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(BufferSize);
        try
        {
            int read;
            while ((read = await from.ReadAsync(buffer, cancellationToken)) > 0)
            {
                idle.CancelAfter(Idle);
                await to.WriteAsync(buffer.AsMemory(0, read), cancellationToken);
            }

            to.Socket.Shutdown(SocketShutdown.Send);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
