using CustomerInsights.Core.Model;

namespace CustomerInsights.Core.Unification;

/// <summary>Finds everything that is wrong with a policy, all at once, against the fields that the streams have.</summary>
public static class PolicyValidator
{
    /// <summary>Most attributes in a group.</summary>
    public const int MaxGroupAttributes = 10;

    /// <summary>Most sources of a group.</summary>
    public const int MaxGroupSources = 15;

    /// <summary>Checks a policy.</summary>
    /// <param name="policy">The policy; null members inside it are reported by the host's JSON reader, not here.</param>
    /// <param name="schemas">The streams that exist, with their fields.</param>
    /// <returns>Every problem in order of path; empty when there is none. Only errors stop a run.</returns>
    public static IReadOnlyList<PolicyProblem> Validate(UnificationPolicy policy, IReadOnlyList<StreamSchema> schemas)
    {
        ArgumentNullException.ThrowIfNull(policy);
        ArgumentNullException.ThrowIfNull(schemas);
        var check = new PolicyCheck(policy, schemas);
        check.Streams();
        check.Matching();
        check.Matcher();
        check.Identity();
        check.Overrides();
        check.Merge();
        return check.Problems;
    }

    /// <summary>True for types that order records in time: date, time and the numbers.</summary>
    internal static bool IsRecency(DataType type) =>
        type is DataType.Date or DataType.Time or DataType.Integer or DataType.Decimal or DataType.Number;
}
