using CustomerInsights.Core.Model;
using CustomerInsights.Storage.Exports;

namespace CustomerInsights.Host.Features.Exports;

/// <summary>
/// The plan for a target that knows its members by a field, not by the profile. Profiles may share a value and hand it on (a merge, a correction):
/// the target must lose who has gone and keep who is still there. So removals come first, and whoever holds a value that was removed is sent again.
/// </summary>
internal sealed class KeyedPlan(string field)
{
    private readonly List<PlannedMember> _removed = [];
    private readonly List<PlannedMember> _sent = [];
    private readonly Dictionary<string, PlannedMember> _unchanged = new(StringComparer.Ordinal);

    /// <summary>Takes a member of the segment.</summary>
    /// <param name="member">As it is now, changed or not.</param>
    /// <param name="before">What was exported of it; null when it is new.</param>
    public void Take(PlannedMember member, byte[]? before)
    {
        if (member.Change == PlannedChange.Unchanged)
        {
            _unchanged[KeyOf(member.Document)] = member;
        }
        else if (member.Change == PlannedChange.Changed && KeyOf(before!) != KeyOf(member.Document))
        {
            _removed.Add(member with { Change = PlannedChange.Removed, Document = before! });
            _sent.Add(member with { Change = PlannedChange.Added });
        }
        else
        {
            _sent.Add(member);
        }
    }

    /// <summary>The whole plan.</summary>
    /// <param name="left">Who was exported and is no member any more.</param>
    public List<PlannedMember> Plan(IEnumerable<PlannedMember> left)
    {
        _removed.AddRange(left);
        foreach (var key in _removed.Select(member => KeyOf(member.Document)).Distinct(StringComparer.Ordinal))
        {
            if (_unchanged.TryGetValue(key, out var holder))
            {
                _sent.Add(holder with { Change = PlannedChange.Changed });
            }
        }

        return [.. _removed, .. _sent];
    }

    private string KeyOf(byte[] document) => ValueDocument.Read(document).GetValueOrDefault(field).ToString()?.ToUpperInvariant() ?? "";
}
