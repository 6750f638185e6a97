namespace RescaleInterlink.Sandbox.Rest;

internal delegate Task<ApiAnswer> ApiHandler(ApiRequest request);

/// <summary>Finds the handler of a path. Paths end with a slash, as everywhere on the platform; but a template whose last segment is
/// <c>{name*}</c> takes the whole rest of a path, with its slashes.</summary>
internal sealed class Router
{
    private readonly List<Route> _routes = [];

    public void Add(string method, string template, ApiHandler handler) => _routes.Add(new Route(method, template, template.Split('/'), handler));

    public void Add(string method, string template, Func<ApiRequest, ApiAnswer> handler) => Add(method, template, request => Task.FromResult(handler(request)));

    /// <returns>The match; or a match without a route and the methods that the path would take; or null when no path fits.</returns>
    public RouteMatch? Find(string method, string path)
    {
        string[] segments = path.Split('/');
        List<string>? others = null;
        foreach (var route in _routes)
        {
            if (!route.Fits(segments))
                continue;
            if (route.Method == method)
                return new RouteMatch(route, [.. route.Values(segments)], []);
            (others ??= []).Add(route.Method);
        }

        return others is null ? null : new RouteMatch(null, [], others);
    }

    internal sealed record Route(string Method, string Template, string[] Segments, ApiHandler Handler)
    {
        private bool TakesRest { get; } = Segments[^1].EndsWith("*}", StringComparison.Ordinal);

        public IEnumerable<string> Values(string[] path)
        {
            var values = Segments.Zip(path).Where(pair => pair.First.StartsWith('{')).Select(pair => pair.Second);
            return TakesRest ? values.SkipLast(1).Append(string.Join('/', path[(Segments.Length - 1)..])) : values;
        }

        public bool Fits(string[] path)
        {
            if (TakesRest ? path.Length < Segments.Length : path.Length != Segments.Length)
                return false;
            for (int i = 0; i < Segments.Length; i++)
            {
                if (Segments[i].StartsWith('{') ? path[i].Length == 0 : Segments[i] != path[i])
                    return false;
            }

            return true;
        }
    }

    /// <param name="Values">Of the template's braces.</param>
    /// <param name="Allowed">Methods that would have fitted.</param>
    internal sealed record RouteMatch(Route? Route, IReadOnlyList<string> Values, IReadOnlyList<string> Allowed);
}
