namespace CustomerInsights.Host.Features.Consent;

/// <summary>What people agreed to, identifier by identifier, and who can be reached.</summary>
internal static class ConsentModule
{
    public static IServiceCollection AddConsent(this IServiceCollection services) => services.AddSingleton<ConsentWriter>().AddSingleton<ChannelMembers>().AddSingleton<ReachCounting>().AddSingleton<StreamConsents>();

    public static void MapConsent(this IEndpointRouteBuilder routes)
    {
        RecordConsents.Map(routes);
        GetIdentifier.Map(routes);
        ListIdentifierHistory.Map(routes);
        PutConsent.Map(routes);
        PutDeliverability.Map(routes);
        ListSubscriptionLists.Map(routes);
        PutSubscriptionList.Map(routes);
        DeleteSubscriptionList.Map(routes);
        GetSubscription.Map(routes);
        PutSubscription.Map(routes);
        RecordOptOut.Map(routes);
        WithdrawOptOut.Map(routes);
        ListProfileIdentifiers.Map(routes);
        CountSegmentReach.Map(routes);
    }
}
