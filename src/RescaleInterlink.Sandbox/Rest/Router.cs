namespace RescaleInterlink.Sandbox.Rest;

internal delegate Task<ApiAnswer> ApiHandler(ApiRequest request);

/// <summary>Finds the handler of a path. Paths end with a slash, as everywhere on the platform.</summary>
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
                return new RouteMatch(route, [.. route.Segments.Zip(segments).Where(pair => pair.First.StartsWith('{')).Select(pair => pair.Second)], []);
            (others ??= []).Add(route.Method);
        }

        return others is null ? null : new RouteMatch(null, [], others);
    }

    internal sealed record Route(string Method, string Template, string[] Segments, ApiHandler Handler)
    {
        public bool Fits(string[] path)
        {
            if (path.Length != Segments.Length)
                return false;
            for (int i = 0; i < path.Length; i++)
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
