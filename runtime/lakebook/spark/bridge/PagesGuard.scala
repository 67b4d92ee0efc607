package lakebook.bridge

import java.nio.charset.StandardCharsets.UTF_8
import java.security.MessageDigest

import jakarta.servlet.{Filter, FilterChain, FilterConfig, ServletRequest, ServletResponse}
import jakarta.servlet.http.{HttpServletRequest, HttpServletResponse}

/** Lets those alone see Spark's pages who know the driver's secret. */
class PagesGuard extends Filter {
  private var secret: Array[Byte] = null

  override def init(config: FilterConfig): Unit = secret = config.getInitParameter(PagesGuard.Secret).getBytes(UTF_8)

  override def doFilter(request: ServletRequest, response: ServletResponse, chain: FilterChain): Unit = {
    val said = Option(request.asInstanceOf[HttpServletRequest].getHeader(PagesGuard.Header)).getOrElse("")
    if (MessageDigest.isEqual(said.getBytes(UTF_8), secret)) chain.doFilter(request, response)
    else response.asInstanceOf[HttpServletResponse].sendError(HttpServletResponse.SC_FORBIDDEN)
  }
}

object PagesGuard {
  val Secret = "secret"
  val Header = "X-Lakebook-Secret"
}
