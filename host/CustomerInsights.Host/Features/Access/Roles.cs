using System.Security.Claims;

namespace CustomerInsights.Host.Features.Access;

/// <summary>The roles and what each may do. The only place where role names appear.</summary>
internal sealed class Roles : IAccess
{
    public const string Admin = "admin";
    public const string Contributor = "contributor";
    public const string Viewer = "viewer";

    public static readonly IReadOnlyList<string> All = [Admin, Contributor, Viewer];

    private static readonly HashSet<ResourceKind> s_adminOnly = [ResourceKind.Secret, ResourceKind.Key, ResourceKind.Audit, ResourceKind.Privacy];

    private static readonly HashSet<(AccessAction, ResourceKind)> s_contributor =
    [
        (AccessAction.Write, ResourceKind.Measure),
        (AccessAction.Write, ResourceKind.Segment),
        (AccessAction.Write, ResourceKind.Export),
        (AccessAction.Write, ResourceKind.Enrichment),
        (AccessAction.Run, ResourceKind.Enrichment),
        (AccessAction.Run, ResourceKind.Connection),
        (AccessAction.Run, ResourceKind.Export),
        (AccessAction.Run, ResourceKind.Segment),
        (AccessAction.Run, ResourceKind.Measure),
        (AccessAction.Run, ResourceKind.Job),
        (AccessAction.Run, ResourceKind.Source),
        (AccessAction.Run, ResourceKind.Unification),
        (AccessAction.Write, ResourceKind.Verdict),
        (AccessAction.Write, ResourceKind.Consent),
    ];

    public bool May(ClaimsPrincipal principal, AccessAction action, ResourceKind kind, string? id) =>
        principal.FindFirstValue(ClaimTypes.Role) switch
        {
            Admin => true,
            Contributor => !s_adminOnly.Contains(kind) && (action == AccessAction.Read || s_contributor.Contains((action, kind))),
            Viewer => !s_adminOnly.Contains(kind) && action == AccessAction.Read,
            _ => false,
        };
}
