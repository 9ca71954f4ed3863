using System.Text.Json.Nodes;
using CustomerInsights.Sdk.Testing.Fixtures;

namespace CustomerInsights.Sdk.Testing.Server;

/// <summary>
/// What is visible at the target that the server plays. A request that repeats an <c>Idempotency-Key</c> changes nothing. Each run stages for
/// itself; what is discarded may be sent again.
/// </summary>
internal sealed class TargetTruth
{
    private readonly Lock _lock = new();
    private readonly List<(TargetEffect Effect, string Text)> _visible = [];
    private readonly Dictionary<string, List<string>> _staged = new(StringComparer.Ordinal);
    private readonly HashSet<(string Run, string Key)> _keys = [];

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
            return string.Join('\n', _visible.Select(entry => $"{entry.Effect} {entry.Text}").Concat(_staged.Values.SelectMany(bodies => bodies)));
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

    /// <summary>Takes a request.</summary>
    /// <param name="effect">What it does.</param>
    /// <param name="request">The request.</param>
    /// <param name="run">The run that it belongs to; empty where the target does not tell runs apart.</param>
    /// <param name="list">For <see cref="TargetEffect.Merge"/>: how it tells of members.</param>
    internal void Take(TargetEffect effect, SeenRequest request, string run, MemberList? list = null)
    {
        lock (_lock)
        {
            if (request.Headers.TryGetValue("Idempotency-Key", out var key) && !_keys.Add((run, key)))
            {
                return;
            }

            switch (effect)
            {
                case TargetEffect.Stage:
                    _staged.TryAdd(run, []);
                    _staged[run].Add(request.Body);
                    break;
                case TargetEffect.Commit or TargetEffect.Replace:
                    if (effect == TargetEffect.Replace)
                    {
                        _visible.Clear();
                    }

                    _visible.AddRange((_staged.GetValueOrDefault(run) ?? []).Select(body => (TargetEffect.Write, body)));
                    _staged.Remove(run);
                    break;
                case TargetEffect.Discard:
                    _staged.Remove(run);
                    _keys.RemoveWhere(seen => seen.Run == run);
                    break;
                case TargetEffect.Merge:
                    Merge(request, list ?? throw new ConformanceException($"The route of {request.Path} has the effect 'merge' and does not say in 'merge' how it tells of members."));
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

    private void Merge(SeenRequest request, MemberList list)
    {
        // A request without the list, such as the test of a connection, tells of nobody.
        foreach (var member in JsonNode.Parse(request.Body)?[list.Members] as JsonArray ?? [])
        {
            var mark = $"{request.Path} {member?[list.Id]} ";
            _visible.RemoveAll(entry => entry.Text.StartsWith(mark, StringComparison.Ordinal));
            if ((string?)member?[list.Change] != "removed")
            {
                _visible.Add((TargetEffect.Write, mark + member?.ToJsonString()));
            }
        }
    }
}
