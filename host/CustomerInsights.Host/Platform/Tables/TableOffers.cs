using System.Runtime.CompilerServices;

namespace CustomerInsights.Host.Platform.Tables;

/// <summary>That a list can be had as a file; the OpenAPI document says so.</summary>
/// <param name="File">What its file is called, without the name of what it is of.</param>
internal sealed record TableOffer(string File);

/// <summary>A list changed between two pages so that it cannot go on.</summary>
internal sealed class TableBrokenException(string message) : Exception(message);

/// <summary>Lets a list be had as a file: its handler is asked for page after page, while the rows go out.</summary>
internal static class TableOffers
{
    // As many as a caller may ask for. So many rows are in memory, whatever the length of the list.
    private const int PageSize = 1000;

    /// <summary>
    /// Offers what the endpoint lists as a file, too. Its handler takes no notice: it gives an <see cref="ITablePage"/>, and goes on at 'cursor' if it has pages.
    /// A handler with a better way than pages gives a <see cref="TableResult"/>.
    /// </summary>
    public static RouteHandlerBuilder AsTable(this RouteHandlerBuilder builder, string file)
    {
        builder.AddEndpointFilterFactory((factory, next) =>
        {
            var parameters = factory.MethodInfo.GetParameters();
            var (cursor, limit) = (Array.FindIndex(parameters, one => one.Name == "cursor"), Array.FindIndex(parameters, one => one.Name == "limit"));
            return context => TableRequest.Of(context.HttpContext.Request) is { } request ? AskAsync(request, file, context, next, cursor, limit) : next(context);
        });
        return builder.WithMetadata(new TableOffer(file));
    }

    /// <summary>The file's name: what the list is of, where the route names it, and what is listed.</summary>
    public static string FileName(HttpContext http, string file) => http.GetRouteValue("name") is string name
        ? string.Concat(name.Select(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.' ? c : '_')) + "-" + file
        : file;

    private static async ValueTask<object?> AskAsync(TableRequest request, string file, EndpointFilterInvocationContext context, EndpointFilterDelegate next, int cursor, int limit)
    {
        foreach (var (at, name) in new[] { (cursor, "cursor"), (limit, "limit") })
        {
            if (at >= 0 && context.Arguments[at] is not null)
            {
                throw new BadParameterException(name, $"A file has all rows: leave '{name}' out, or 'format'.");
            }
        }

        if (cursor >= 0 && limit >= 0)
        {
            context.Arguments[limit] = PageSize;
        }

        // The first page comes before anything is said: what cannot be listed is a problem.
        var result = await next(context);
        return Page(result) is { } first
            ? new TableResult(request, new Table(FileName(context.HttpContext, file), TableColumns.Of(first.Row), RowsAsync(first, context, next, cursor)))
            : result;
    }

    private static async IAsyncEnumerable<object> RowsAsync(
        ITablePage first, EndpointFilterInvocationContext context, EndpointFilterDelegate next, int cursor, [EnumeratorCancellation] CancellationToken cancellationToken = default)
    {
        var page = first;
        while (true)
        {
            foreach (var row in page.Rows)
            {
                yield return row;
            }

            if (page.Next is not { } after)
            {
                yield break;
            }

            cancellationToken.ThrowIfCancellationRequested();
            context.Arguments[cursor] = after;
            page = Page(await next(context)) ?? throw new TableBrokenException("The list does not go on: what it is of was changed or deleted between two pages.");
        }
    }

    private static ITablePage? Page(object? result) => result switch
    {
        INestedHttpResult nested => Page(nested.Result),
        IValueHttpResult value => value.Value as ITablePage,
        _ => result as ITablePage,
    };
}
