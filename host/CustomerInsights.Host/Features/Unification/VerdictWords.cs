namespace CustomerInsights.Host.Features.Unification;

/// <summary>What somebody says of two, in words.</summary>
internal static class VerdictWords
{
    public const string Same = "same";
    public const string Different = "different";

    /// <summary>Whether it is one of the two words.</summary>
    public static bool IsOne(string text) => text is Same or Different;

    /// <summary>The word.</summary>
    public static string Of(bool same) => same ? Same : Different;
}
