using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using CustomerInsights.Sdk;

namespace CustomerInsights.Exports.Webhook;

/// <summary>One request: members of a batch that stand together.</summary>
/// <param name="Job">The run.</param>
/// <param name="BatchId">The batch, stable when it comes again.</param>
/// <param name="First">Its first member's place in the batch.</param>
/// <param name="Members">Its members.</param>
internal sealed record Delivery(ExportJob Job, string BatchId, int First, ArraySegment<ExportMember> Members)
{
    /// <summary>
    /// Names the delivery, now and whenever it comes again: the same members of the same batch of the same run. A receiver that has it throws the second away.
    /// </summary>
    public string Id { get; } = "evt_" + Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(
        string.Create(CultureInfo.InvariantCulture, $"{Job.RunId}\n{BatchId}\n{First}\n{Members.Count}"))).AsSpan(0, 16));

    /// <summary>When the run began, in seconds since 1970: the same whenever the delivery comes again.</summary>
    public long Created => Job.StartedAt.ToUnixTimeSeconds();

    /// <summary>The two halves of it.</summary>
    public (Delivery First, Delivery Second) Halves()
    {
        var half = Members.Count / 2;
        return (new Delivery(Job, BatchId, First, Members[..half]), new Delivery(Job, BatchId, First + half, Members[half..]));
    }

    /// <summary>What happened to a member, in a word.</summary>
    public static string Word(MemberChange change) => change switch
    {
        MemberChange.Added => "added",
        MemberChange.Changed => "changed",
        _ => "removed",
    };
}
