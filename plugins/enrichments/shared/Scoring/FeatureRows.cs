namespace CustomerInsights.Enrichments.Predictions.Scoring;

/// <summary>Rows of floats, and whether it happened. Filled by one thread, then read by any.</summary>
/// <param name="width">Floats a row.</param>
internal sealed class FeatureRows(int width)
{
    private const int ChunkRows = 2048;
    private readonly List<float[]> _chunks = [];
    private readonly List<ulong> _hashes = [];
    private readonly List<bool> _happened = [];

    /// <summary>Floats a row.</summary>
    public int Width => width;

    /// <summary>How many rows there are.</summary>
    public int Count => _hashes.Count;

    /// <summary>The hash of the profile by row.</summary>
    public IReadOnlyList<ulong> Hashes => _hashes;

    /// <summary>By row, whether it happened.</summary>
    public bool[] Happened => [.. _happened];

    /// <summary>A row.</summary>
    /// <param name="row">Its number.</param>
    public Span<float> this[int row] => _chunks[row / ChunkRows].AsSpan(row % ChunkRows * width, width);

    /// <summary>Adds a row.</summary>
    /// <param name="hash">The hash of the profile.</param>
    /// <param name="values">The values; copied.</param>
    /// <param name="happened">Whether it happened.</param>
    public void Add(ulong hash, ReadOnlySpan<float> values, bool happened)
    {
        if (Count == _chunks.Count * ChunkRows)
        {
            _chunks.Add(new float[ChunkRows * width]);
        }

        _hashes.Add(hash);
        _happened.Add(happened);
        values.CopyTo(this[Count - 1]);
    }

    /// <summary>Drops the rows of profiles whose hash is above a limit.</summary>
    /// <param name="limit">The limit.</param>
    public void Keep(ulong limit)
    {
        var kept = 0;
        for (var row = 0; row < _hashes.Count; row++)
        {
            if (_hashes[row] <= limit)
            {
                this[row].CopyTo(this[kept]);
                (_hashes[kept], _happened[kept]) = (_hashes[row], _happened[row]);
                kept++;
            }
        }

        _hashes.RemoveRange(kept, _hashes.Count - kept);
        _happened.RemoveRange(kept, _happened.Count - kept);
        var chunks = (kept + ChunkRows - 1) / ChunkRows;
        _chunks.RemoveRange(chunks, _chunks.Count - chunks);
    }

    /// <summary>A fingerprint of all values (FNV-1a, 64 bits).</summary>
    public ulong Fingerprint()
    {
        var hash = 14695981039346656037UL;
        for (var row = 0; row < Count; row++)
        {
            hash = (hash ^ (_happened[row] ? 1UL : 2UL)) * 1099511628211UL;
            foreach (var value in this[row])
            {
                hash = (hash ^ BitConverter.SingleToUInt32Bits(value)) * 1099511628211UL;
            }
        }

        return hash;
    }
}

/// <summary>
/// The three snapshots of a population that fit into memory: a sample by a hash of the profile's id, which halves itself when it is full. Which profiles
/// are in it depends on the population and the seed alone, not on the order.
/// </summary>
/// <param name="width">Floats a row.</param>
/// <param name="most">Rows of a snapshot.</param>
/// <param name="seed">Of the hash.</param>
internal sealed class SnapshotSample(int width, int most, int seed)
{
    private ulong _limit = ulong.MaxValue;

    /// <summary>The rows to learn from: two horizons ago, with what happened in the first of them.</summary>
    public FeatureRows Train { get; } = new(width);

    /// <summary>The rows to measure on: a horizon ago, with what happened since.</summary>
    public FeatureRows Holdout { get; } = new(width);

    /// <summary>The rows of now.</summary>
    public FeatureRows Now { get; } = new(width);

    /// <summary>The share of profiles that are in the sample.</summary>
    public double Share => _limit / (double)ulong.MaxValue;

    /// <summary>The hash of a profile: FNV-1a, mixed as SplitMix64 does.</summary>
    /// <param name="profileId">The id.</param>
    public ulong Hash(string profileId)
    {
        var hash = 14695981039346656037UL;
        foreach (var character in profileId)
        {
            hash = (hash ^ character) * 1099511628211UL;
        }

        return new Numerics.SplitMix(hash + (ulong)(uint)seed).NextBits();
    }

    /// <summary>Whether a profile is in the sample so far.</summary>
    /// <param name="hash">Its hash.</param>
    public bool Takes(ulong hash) => hash <= _limit;

    /// <summary>Makes room after a profile was added.</summary>
    public void Shrink()
    {
        while (Math.Max(Train.Count, Math.Max(Holdout.Count, Now.Count)) > most)
        {
            _limit >>= 1;
            Train.Keep(_limit);
            Holdout.Keep(_limit);
            Now.Keep(_limit);
        }
    }
}
