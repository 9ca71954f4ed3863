using CustomerInsights.Sdk.Testing.Fixtures;

namespace CustomerInsights.Sdk.Testing.Server;

/// <summary>What is visible at the target that the server plays. A request that repeats an <c>Idempotency-Key</c> changes nothing.</summary>
internal sealed class TargetTruth
{
    private readonly Lock _lock = new();
    private readonly List<(TargetEffect Effect, string Text)> _visible = [];
    private readonly List<string> _staged = [];
    private readonly HashSet<string> _keys = new(StringComparer.Ordinal);

    /// <summary>How often the text is there.</summary>
    internal int Count(string text)
    {
        lock (_lock)
        {
            var count = 0;
            foreach (var (effect, body) in _visible)
            {
                var found = body.Split(text).Length - 1;
                count = effect == TargetEffect.Remove && found > 0 ? 0 : effect == TargetEffect.Remove ? count : count + found;
            }

            return count;
        }
    }

    /// <summary>Everything that changes when the target does.</summary>
    internal string Snapshot()
    {
        lock (_lock)
        {
            return string.Join('\n', _visible.Select(entry => $"{entry.Effect} {entry.Text}").Concat(_staged));
        }
    }

    internal void Clear()
    {
        lock (_lock)
        {
            _visible.Clear();
            _staged.Clear();
            _keys.Clear();
        }
    }

    internal void Take(TargetEffect effect, SeenRequest request)
    {
        lock (_lock)
        {
            if (request.Headers.TryGetValue("Idempotency-Key", out var key) && !_keys.Add(key))
            {
                return;
            }

            switch (effect)
            {
                case TargetEffect.Stage:
                    _staged.Add(request.Body);
                    break;
                case TargetEffect.Commit:
                    _visible.AddRange(_staged.Select(body => (TargetEffect.Write, body)));
                    _staged.Clear();
                    break;
                case TargetEffect.Discard:
                    _staged.Clear();
                    break;
                default:
                    // A thing that is put again under its own address takes the place of the one before.
                    _visible.Add((effect, $"{request.Target} {request.Body}"));
                    if (request.Method == "PUT")
                    {
                        _visible.RemoveAll(entry => entry != _visible[^1] && entry.Text.StartsWith(request.Target + " ", StringComparison.Ordinal));
                    }

                    break;
            }
        }
    }
}
