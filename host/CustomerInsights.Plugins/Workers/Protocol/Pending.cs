using System.Threading.Channels;

namespace CustomerInsights.Plugins.Workers.Protocol;

/// <summary>Something that was asked and is not answered yet.</summary>
internal sealed class Pending(int credits)
{
    private int _credits = credits;

    internal TaskCompletionSource<Frame> Answer { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Bounded by the credits, which the reading side counts.</summary>
    internal Channel<Frame> Items { get; } = Channel.CreateUnbounded<Frame>(new UnboundedChannelOptions { SingleReader = true, SingleWriter = false });

    internal void AddCredit() => Interlocked.Increment(ref _credits);

    internal void Add(Frame item)
    {
        if (Interlocked.Decrement(ref _credits) < 0)
        {
            throw new ProtocolException("An item came for which there was no credit.");
        }

        if (!Items.Writer.TryWrite(item))
        {
            item.Dispose();
        }
    }

    internal void End(Frame answer)
    {
        if (!Answer.TrySetResult(answer))
        {
            answer.Dispose();
        }

        Items.Writer.TryComplete();
    }

    internal void Fail(Exception error)
    {
        Answer.TrySetException(error);

        // Nobody may be waiting for the answer itself any more.
        _ = Answer.Task.Exception;
        Items.Writer.TryComplete();
    }

    internal void DropItems()
    {
        while (Items.Reader.TryRead(out var item))
        {
            item.Dispose();
        }
    }
}
