using System.Globalization;
using CustomerInsights.Storage.Profiles;

namespace CustomerInsights.Host.Features.Unification.Explaining;

/// <summary>What an edge is in words.</summary>
internal static class EdgeWords
{
    public static string Of(StoredEdge edge) => (edge.Kind, NewVerdict.IdOf(edge.Rule)) switch
    {
        (EdgeKind.Denied, { } id) => $"the verdict {id} ('different' or an undone merge)",
        (_, { } id) => $"the verdict {id} ('same')",
        (EdgeKind.Denied, null) => $"'{edge.Rule}', which says never",
        (EdgeKind.Asserted, null) => $"what '{edge.Rule}' told",
        (EdgeKind.Identifier, null) => $"a shared identifier ({edge.Rule})",
        _ when edge.Rule == Core.Unification.MatcherPolicy.Rule => string.Create(CultureInfo.InvariantCulture, $"the matcher (probability {edge.Score:0.####})"),
        _ => $"the rule '{edge.Rule}'",
    };
}
