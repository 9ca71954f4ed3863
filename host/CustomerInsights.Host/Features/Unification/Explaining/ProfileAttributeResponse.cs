using CustomerInsights.Core.Unification;

namespace CustomerInsights.Host.Features.Unification.Explaining;

/// <summary>Which attributes of a profile are shown.</summary>
public enum AttributeView
{
    /// <summary>Those that most profiles of the type have, known of this one or not.</summary>
    Common,

    /// <summary>Those known of this profile.</summary>
    Known,

    /// <summary>All of the type.</summary>
    All,
}

/// <summary>An attribute of a profile.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Value">Its value; absent when it is not known.</param>
/// <param name="SemanticType">What it means.</param>
/// <param name="Description">For people.</param>
/// <param name="From">The record that gave the value; absent when it is not known, or was computed over profiles.</param>
/// <param name="Field">The record's field, as mapped.</param>
/// <param name="ChangedAt">When that record last changed.</param>
/// <param name="Rule">How it was chosen: importance, mostRecent or leastRecent; absent when the policy says nothing of it.</param>
/// <param name="Others">The values that it could have had and has not, best first; equal ones are named too, since they confirm it.</param>
public sealed record ProfileAttributeResponse(
    string Name,
    object? Value,
    string? SemanticType,
    string? Description,
    Profiles.RecordReference? From,
    string? Field,
    DateTimeOffset? ChangedAt,
    MergeKind? Rule,
    IReadOnlyList<OtherValue> Others);

/// <summary>A value that an attribute could have had.</summary>
/// <param name="Value">The value.</param>
/// <param name="From">The record that has it.</param>
/// <param name="Field">The record's field, as mapped.</param>
/// <param name="ChangedAt">When that record last changed.</param>
public sealed record OtherValue(object? Value, Profiles.RecordReference From, string Field, DateTimeOffset? ChangedAt);
