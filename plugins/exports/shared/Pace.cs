namespace CustomerInsights.Exports.Dataverse;

/// <summary>
/// How many requests are open at once and how large a chunk is: more while all goes well, half after a refusal. Dataverse limits requests, their
/// time together and their number at once, each per user and server, and does not say beforehand what is left.
/// </summary>
internal sealed class Pace(TimeProvider clock)
{
    /// <summary>Most requests at once; Microsoft's advice is to begin with ten.</summary>
    public const int Most = 10;

    /// <summary>Most members of a chunk.</summary>
    public const int LargestChunk = 1000;

    private const int SmallestChunk = 100;
    private const int GoodBeforeMore = 8;

    private readonly Lock _lock = new();
    private TaskCompletionSource _changed = New();
    private DateTimeOffset _resume = DateTimeOffset.MinValue;
    private int _allowed = 4;
    private int _open;
    private int _good;
    private int _chunk = LargestChunk;

    /// <summary>How many may be open now.</summary>
    public int Allowed
    {
        get
        {
            lock (_lock)
            {
                return _allowed;
            }
        }
    }

    /// <summary>How many members the next chunk may have.</summary>
    public int Chunk
    {
        get
        {
            lock (_lock)
            {
                return _chunk;
            }
        }
    }

    /// <summary>Waits for a place, and for the end of a pause.</summary>
    public async ValueTask EnterAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            Task wait;
            lock (_lock)
            {
                var pause = _resume - clock.GetUtcNow();
                if (pause > TimeSpan.Zero)
                {
                    wait = Task.Delay(pause, clock, cancellationToken);
                }
                else if (_open < _allowed)
                {
                    _open++;
                    return;
                }
                else
                {
                    wait = _changed.Task.WaitAsync(cancellationToken);
                }
            }

            await wait.ConfigureAwait(false);
        }
    }

    /// <summary>Gives the place back.</summary>
    /// <param name="good">Whether the answer was one to go on with.</param>
    public void Leave(bool good)
    {
        lock (_lock)
        {
            _open--;
            if (good && ++_good >= GoodBeforeMore)
            {
                _good = 0;
                _allowed = Math.Min(Most, _allowed + 1);
                _chunk = Math.Min(LargestChunk, _chunk + SmallestChunk);
            }

            var changed = _changed;
            _changed = New();
            changed.SetResult();
        }
    }

    /// <summary>The service has refused: nobody asks before the wait is over, and fewer afterwards.</summary>
    /// <param name="wait">What it asked for.</param>
    /// <param name="smaller">Whether requests have to become smaller as well: their time together was too long.</param>
    public void SlowDown(TimeSpan wait, bool smaller)
    {
        lock (_lock)
        {
            var until = clock.GetUtcNow() + wait;
            if (until > _resume)
            {
                // Of several refusals of one moment the first one halves.
                if (_resume <= clock.GetUtcNow())
                {
                    _allowed = Math.Max(1, _allowed / 2);
                    _chunk = smaller ? Math.Max(SmallestChunk, _chunk / 2) : _chunk;
                }

                _resume = until;
            }

            _good = 0;
        }
    }

    private static TaskCompletionSource New() => new(TaskCreationOptions.RunContinuationsAsynchronously);
}
