namespace CustomerInsights.Host.Features.Accounts;

/// <summary>Accounts, contacts, hierarchies, households.</summary>
internal static class AccountsModule
{
    public static IServiceCollection AddAccounts(this IServiceCollection services) => services.AddSingleton<LinkRun>().AddSingleton<ClusterRun>();

    public static void MapAccounts(this IEndpointRouteBuilder routes)
    {
        ListContacts.Map(routes);
        GetAccount.Map(routes);
        ListChildren.Map(routes);
        ListAncestors.Map(routes);
        ListDescendants.Map(routes);
        GetCluster.Map(routes);
        ListClusterMembers.Map(routes);
        SuggestForProfileType.Map(routes);
    }
}
