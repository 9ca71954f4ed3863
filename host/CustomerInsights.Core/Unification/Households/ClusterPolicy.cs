namespace CustomerInsights.Core.Unification.Households;

/// <summary>
/// Clusters of their own kind over profiles, such as households: profiles that go together without being one person. Computed after
/// unification from the profiles' attributes. Every member gets the attribute <c>name_id</c>; a profile alone gets none.
/// </summary>
public sealed record ClusterPolicy
{
    /// <summary>The name of the default kind.</summary>
    public const string Household = "household";

    /// <summary>Its name, a letter and then letters, digits and <c>_</c>. Default: household.</summary>
    public string Name { get; init; } = Household;

    /// <summary>False keeps the definition without running it; its attribute and its clusters go.</summary>
    public bool Active { get; init; } = true;

    /// <summary>
    /// Rules over the profile's attributes, as in deduplication: joined by OR and by transitivity. Empty: for <c>household</c> the same last name
    /// and address after normalisation, found by semantic type.
    /// </summary>
    public IReadOnlyList<MatchRule> Rules { get; init; } = [];

    /// <summary>The attribute that members get.</summary>
    /// <remarks>A method, so that it is no part of the document.</remarks>
    public string AttributeName() => $"{Name}_id";
}
