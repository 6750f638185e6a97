# Steady heat conduction in a rectangular plate: k * laplace(T) + q = 0, the temperature given at the four edges.
# Finite differences with five points, solved by successive over-relaxation. POSIX awk, no extensions.
#   awk -f heat.awk plate.deck        writes result.csv and field.csv to the current folder

function fail(message) {
    print "heat.awk: " message
    failed = 1
    exit 2
}

function need(name) {
    if (!(name in deck)) fail("the deck has no '" name "'")
    return deck[name] + 0
}

/^[ \t]*(#|$)/ { next }
NF == 2 { deck[$1] = $2; next }
{ fail("line " FNR " of the deck is not 'name value'") }

END {
    if (failed) exit 2
    pi = atan2(0, -1)
    nx = need("nodes_x"); ny = need("nodes_y")
    if (nx < 3 || ny < 3 || nx % 2 == 0 || ny % 2 == 0) fail("nodes_x and nodes_y must be odd and at least 3")
    k = need("conductivity")
    if (need("width") <= 0 || need("height") <= 0 || k <= 0) fail("width, height and conductivity must be positive")
    dx = deck["width"] / (nx - 1); dy = deck["height"] / (ny - 1)
    left = need("left"); right = need("right"); bottom = need("bottom"); top = need("top")

    # Node (i, j) is T[i * ny + j]; i runs along the width, j along the height. Corners are the mean of their edges.
    start = (left + right + bottom + top) / 4
    for (i = 0; i < nx; i++)
        for (j = 0; j < ny; j++) T[i * ny + j] = start
    for (j = 0; j < ny; j++) { T[j] = left; T[(nx - 1) * ny + j] = right }
    for (i = 0; i < nx; i++) { T[i * ny] = bottom; T[i * ny + ny - 1] = top }
    T[0] = (left + bottom) / 2; T[ny - 1] = (left + top) / 2
    T[(nx - 1) * ny] = (right + bottom) / 2; T[nx * ny - 1] = (right + top) / 2

    cx = 1 / (dx * dx); cy = 1 / (dy * dy)
    wx = cx / (2 * (cx + cy)); wy = cy / (2 * (cx + cy)); heat = need("source") / k / (2 * (cx + cy))
    # The best relaxation factor for a rectangle, from the spectral radius of the Jacobi iteration.
    rho = 2 * (wx * cos(pi / (nx - 1)) + wy * cos(pi / (ny - 1)))
    omega = 2 / (1 + sqrt(1 - rho * rho))

    for (iterations = 1; iterations <= 20000; iterations++) {
        residual = 0
        for (i = 1; i < nx - 1; i++) {
            last = i * ny + ny - 1
            for (n = i * ny + 1; n < last; n++) {
                change = wx * (T[n - ny] + T[n + ny]) + wy * (T[n - 1] + T[n + 1]) + heat - T[n]
                T[n] += omega * change
                if (change < 0) change = -change
                if (change > residual) residual = change
            }
        }
        if (residual < 1e-7) break
    }
    if (residual >= 1e-7) fail("no convergence after " (iterations - 1) " iterations, residual " residual)

    centre = T[(nx - 1) / 2 * ny + (ny - 1) / 2]
    print "centre_temperature,iterations,residual,nodes_x,nodes_y" > "result.csv"
    printf "%.6f,%d,%.3e,%d,%d\n", centre, iterations, residual, nx, ny > "result.csv"
    print "x,y,temperature" > "field.csv"
    for (i = 0; i < nx; i++)
        for (j = 0; j < ny; j++) printf "%.5f,%.5f,%.5f\n", i * dx, j * dy, T[i * ny + j] > "field.csv"
    printf "%d x %d nodes, %d iterations, residual %.1e: %.4f degrees C at the centre\n", nx, ny, iterations, residual, centre
}
