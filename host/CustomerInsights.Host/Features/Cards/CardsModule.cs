namespace CustomerInsights.Host.Features.Cards;

/// <summary>Cards: profiles at a glance, rows of them, and one in a frame of another site.</summary>
internal static class CardsModule
{
    public static IServiceCollection AddCards(this IServiceCollection services) =>
        services.AddSingleton<CardValues>().AddSingleton<CardRows>().AddSingleton<CardTemplates>().AddSingleton<CardTokens>();

    public static void MapCards(this IEndpointRouteBuilder routes)
    {
        ListCardRows.Map(routes);
        ListCardRow.Map(routes);
        ShowCard.Map(routes);
        CreateCardToken.Map(routes);
    }
}
