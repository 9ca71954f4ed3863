using System.Collections.Concurrent;
using CustomerInsights.Host.Features.Metadata;
using HandlebarsDotNet;

namespace CustomerInsights.Host.Features.Cards;

/// <summary>Cards as HTML: a template is compiled once, sees names and texts alone, and everything that it shows is encoded.</summary>
internal sealed class CardTemplates
{
    private const int MostKept = 200;
    private const int MostCharacters = 128 * 1024;

    private const string Usual =
        """
        <article class="card"><img class="avatar" src="{{avatar}}" alt=""><h1>{{name}}</h1><dl>
        {{#each list}}{{#if text}}<div><dt>{{label}}</dt><dd>{{#if href}}<a href="{{href}}">{{text}}</a>{{else}}{{text}}{{/if}}</dd></div>{{/if}}{{/each}}
        </dl>{{#if segments}}<ul>{{#each segments}}<li>{{this}}</li>{{/each}}</ul>{{/if}}</article>
        """;

    private readonly ConcurrentDictionary<string, HandlebarsTemplate<object, object>> _compiled = new(StringComparer.Ordinal);

    /// <summary>A card's HTML, without a page around it; null when it would be too long.</summary>
    public string? Render(CardModel card, CardResponse values, string avatar)
    {
        var template = card.Template ?? Usual;
        if (!_compiled.TryGetValue(template, out var compiled))
        {
            if (_compiled.Count >= MostKept)
            {
                _compiled.Clear();
            }

            compiled = _compiled[template] = Handlebars.Create(new HandlebarsConfiguration { TextEncoder = new Encoder() }).Compile(template);
        }

        var list = values.Fields.Select(field => (object)Field(field)).ToList();
        var html = compiled(new Dictionary<string, object?>(StringComparer.Ordinal)
        {
            ["id"] = values.Id,
            ["name"] = values.Name,
            ["avatar"] = avatar,
            ["list"] = list,
            ["fields"] = values.Fields.ToDictionary(field => field.Name, field => (object)Field(field), StringComparer.Ordinal),
            ["segments"] = values.Segments.ToList(),
        });
        return html.Length > MostCharacters ? null : html;
    }

    private static Dictionary<string, object?> Field(CardValue field) => new(StringComparer.Ordinal)
    {
        ["name"] = field.Name,
        ["label"] = field.Label,
        ["text"] = field.Text,
        ["href"] = field.Href,
    };

    // All but letters and digits of plain ASCII and what other scripts need; attributes may be quoted in any way.
    private sealed class Encoder : ITextEncoder
    {
        public void Encode(System.Text.StringBuilder? text, TextWriter target) => Encode(text?.ToString(), target);

        public void Encode(string? text, TextWriter target) => System.Text.Encodings.Web.HtmlEncoder.Default.Encode(target, text ?? "");

        public void Encode<T>(T? text, TextWriter target)
            where T : IEnumerator<char>
        {
            var all = new System.Text.StringBuilder();
            while (text?.MoveNext() == true)
            {
                all.Append(text.Current);
            }

            Encode(all.ToString(), target);
        }
    }
}
