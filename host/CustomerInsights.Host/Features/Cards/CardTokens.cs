using CustomerInsights.Core.Model;
using CustomerInsights.Host.Platform;
using Microsoft.AspNetCore.DataProtection;

namespace CustomerInsights.Host.Features.Cards;

/// <summary>What lets a page show one card of one profile for some minutes: signed and sealed by the host's keys, so that nothing has to be kept.</summary>
internal sealed class CardTokens(IDataProtectionProvider protection, TimeProvider clock)
{
    private readonly IDataProtector _protector = protection.CreateProtector("cards.embed.v1");

    public (string Token, DateTimeOffset Expires) Make(ProfileId profile, string card, int minutes)
    {
        var expires = clock.GetUtcNow().AddMinutes(minutes);
        return (_protector.Protect(Json.Write(new Content(profile.ToString(), card, expires))), expires);
    }

    /// <summary>The card that a token is for; null when it is forged, over, or another profile's.</summary>
    public string? Card(string token, ProfileId profile)
    {
        if (token.Length > 2000)
        {
            return null;
        }

        try
        {
            var content = Json.Read<Content>(_protector.Unprotect(token));
            return content.Profile == profile.ToString() && clock.GetUtcNow() < content.Expires ? content.Card : null;
        }
        catch (Exception error) when (error is System.Security.Cryptography.CryptographicException or FormatException or System.Text.Json.JsonException)
        {
            return null;
        }
    }

    private sealed record Content(string Profile, string Card, DateTimeOffset Expires);
}
